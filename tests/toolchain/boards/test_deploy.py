"""The deploy task with a real model file: build, run on the board, compare with TFLite's kernels."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.targets.board import Board
from core.boards.reference import reference_outputs
from core.boards.virtual import VirtualBoard
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Event, Partial, Progress
from core.jobs.tasks.deploy import deploy
from tests.toolchain.boards.fake_model import NANO, PICO
from tests.toolchain.boards.tflite_model import write_classifier

pytestmark = pytest.mark.toolchain


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classifier(tmp_path_factory.mktemp("model") / "classifier.tflite")


def params(model: Path, out: Path, **more: Any) -> dict[str, Any]:
    return {
        "model": str(model),
        "board": "virtual-pico",
        "data": "digits",
        "runs": 8,
        "out": str(out),
        **more,
    }


@pytest.mark.parametrize("board", ["virtual-pico", "virtual-nano", "host"])
def test_deploy(model: Path, tmp_path: Path, board: str) -> None:
    events: list[Event] = []
    result = deploy(params(model, tmp_path, board=board), JobContext(events.append))
    assert result["verified"] is True
    assert result["bench"]["verified"] is True
    assert result["bench"]["runs"] == 8
    assert result["plan"]["fits"] is True
    assert Path(result["build"]["elf"]).exists()
    inferences = [event.data for event in events if isinstance(event, Partial)]
    assert [inference["index"] for inference in inferences] == list(range(8))
    right = [inference["correct"] for inference in inferences]
    assert result["accuracy_on_board"] == pytest.approx(sum(right) / 8)
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    if board.startswith("virtual-"):
        assert all(i["cycles"] > 0 and i["energy_j"] > 0 for i in inferences)
        assert result["bench"]["timing"] == "estimated"
    else:
        assert all(i["cycles"] is None and i["energy_j"] is None for i in inferences)
        assert result["bench"]["timing"] == "measured"


@pytest.mark.parametrize("board", [PICO, NANO], ids=lambda board: board.id)
def test_the_image_passes_the_strict_check(model: Path, tmp_path: Path, board: Board) -> None:
    """No unaligned access, which unicorn would let through and the CPU would not."""
    built = deploy(params(model, tmp_path, board=board.id, runs=2), JobContext(lambda event: None))["build"]
    with VirtualBoard(board, Path(built["elf"]), check_alignment=True) as running:
        hello = running.link.hello()
        running.link.load_input(bytes(hello.input_bytes))
        running.link.run()
        assert len(running.link.read_output(hello.output_bytes)) == hello.output_bytes


def test_an_input_file_instead_of_data(model: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((3, 28, 28, 1)))
    given = params(model, tmp_path, data=None, input=str(tmp_path / "x.npy"), runs=5)
    result = deploy(given, JobContext(lambda event: None))
    assert result["verified"] is True
    assert result["bench"]["runs"] == 5  # the samples go round
    assert result["accuracy_on_board"] is None


def test_a_corrupted_byte_is_noticed(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.boards.link import Link

    read_output = Link.read_output
    monkeypatch.setattr(
        Link, "read_output", lambda link, n: bytes(b ^ (i == 3) for i, b in enumerate(read_output(link, n)))
    )
    result = deploy(params(model, tmp_path), JobContext(lambda event: None))
    assert result["verified"] is False
    assert result["bench"]["verified"] is False


def test_data_of_another_shape_is_told(tmp_path: Path) -> None:
    small = write_classifier(tmp_path / "small.tflite", side=8)
    with pytest.raises(ThimbleError) as caught:
        deploy(params(small, tmp_path), JobContext(lambda event: None))
    assert caught.value.code == "data-does-not-fit"


def test_the_reference_reads_only_models(model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"not a model")
    x = np.zeros((1, 28, 28, 1), np.int8)
    for path, samples in ((broken, x), (model, x.astype(np.float32)), (model, x[:, :5])):
        with pytest.raises(ThimbleError) as caught:
            reference_outputs(path, samples)
        assert caught.value.code == "reference-failed"


def test_cancel_between_inferences(model: Path, tmp_path: Path) -> None:
    cancelled = threading.Event()
    seen: list[Event] = []

    def take(event: Event) -> None:
        seen.append(event)
        if isinstance(event, Partial) and event.data["index"] == 2:
            cancelled.set()

    with pytest.raises(CancelledByUser):
        deploy(params(model, tmp_path, runs=100), JobContext(take, cancelled))
    assert sum(isinstance(event, Partial) for event in seen) == 3


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"runs": 1}, "too-few-runs"),
        ({"runs": 0}, "too-few-runs"),
        ({"board": "toaster"}, "unknown-board"),
        ({"data": None}, "no-samples"),
        ({"data": None, "input": "/nowhere/x.npy"}, "bad-input"),
        ({"encoding": "zip"}, "unknown-encoding"),
    ],
)
def test_bad_requests_are_told(model: Path, tmp_path: Path, changed: dict[str, Any], code: str) -> None:
    from codegen.errors import CodegenError

    with pytest.raises((ThimbleError, CodegenError)) as caught:
        deploy(params(model, tmp_path, **changed), JobContext(lambda event: None))
    assert caught.value.code == code
    assert caught.value.hint
