"""A run that was interrupted, in any phase, goes on and ends with the same files as one that was not."""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compress.checkpoint import FOLDER, find_checkpoint
from core.errors import CancelledByUser, ThimbleError
from core.jobs.events import Event, Failed, Log, Partial, Progress
from core.jobs.host import JobHandle, start_job
from core.jobs.tasks.compress import compress
from tests.tf.conftest import Watcher

pytestmark = pytest.mark.tf

#: Everything that has a state: four phases, dropout, augmentation, a teacher, early stopping, slots.
RECIPE: dict[str, Any] = {
    "name": "everything",
    "seed": 5,
    "train": {"epochs": 3, "batch_size": 40, "learning_rate": 0.01, "optimizer": "nadam"},
    "prune": {"kind": "element", "criterion": "magnitude", "sparsity": 0.5, "steps": 2},
    "finetune": {"epochs": 3, "batch_size": 40, "optimizer": "sgd-decay", "early_stopping": 2, "l2": 1e-4},
    "augment": {"shift": 0.1},
    "distill": {"temperature": 3.0, "alpha": 0.6},
    "cluster": {"clusters": 12, "finetune_epochs": 2},
    "quantize": {"calibration": 20, "mode": "qat", "finetune_epochs": 2},
}
PHASES = ["train"] * 3 + ["distill"] * 3 + ["cluster"] * 2 + ["quantize"] * 2
RESULTS = ["baseline.keras", "model.keras", "model.onnx", "model.tflite", "preprocessing.json"]
RESULTS += ["recipe.toml", "run.json"]


@dataclass(frozen=True)
class Whole:
    """A run that nobody interrupted."""

    params: dict[str, Any]
    files: dict[str, bytes]
    result: dict[str, Any]


def _files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def whole(trained_small: Path, small_digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    out = tmp_path_factory.mktemp("whole")
    params = {"model": str(trained_small), "data": str(small_digits_file), "recipe": RECIPE}
    result = compress({**params, "out": str(out)}, Watcher().context)
    return Whole(params, _files(out), result)


def test_the_phases_are_told(whole: Whole) -> None:
    assert list(whole.files) == RESULTS
    history = whole.result["history"]
    assert [entry["phase"] for entry in history] == PHASES
    assert [entry["epoch"] for entry in history] == list(range(1, 11))
    assert [entry["validated_on"] for entry in history] == ["test"] * 3 + ["held-out"] * 7
    # The accuracy before is that of the baseline, which the last epoch of its training tested too.
    assert whole.result["accuracy"]["before"] == pytest.approx(history[2]["val_accuracy"], abs=1e-6)
    assert [entry["sparsity"] for entry in history[:3]] == [0.0] * 3
    assert history[-1]["sparsity"] == pytest.approx(0.5, abs=0.01)


def test_a_run_that_was_interrupted_in_every_phase(whole: Whole, tmp_path: Path) -> None:
    """Cancelled in two phases, killed in the middle of the third, cancelled in the fourth, then left alone.

    Also: the same recipe, seed and machine give the same files byte for byte.
    """
    params = {**whole.params, "out": str(tmp_path)}
    for epochs in (1, 5):
        with pytest.raises(CancelledByUser):
            compress(params, Watcher(cancel_after=epochs).context)
        _expect_checkpoint(tmp_path, epochs)
    assert _killed_in_epoch(8, params) == [1, 2, 3, 4, 5, 6, 7]
    _expect_checkpoint(tmp_path, 7)
    with pytest.raises(CancelledByUser):
        compress(params, Watcher(cancel_after=9).context)
    _expect_checkpoint(tmp_path, 9)
    watcher = Watcher()
    assert compress(params, watcher.context) == whole.result
    assert _files(tmp_path) == whole.files
    assert watcher.partials() == whole.result["history"]
    assert any("after epoch 9 of 10" in event.text for event in watcher.events if isinstance(event, Log))
    fractions = watcher.fractions()
    assert fractions == sorted(fractions)


def _expect_checkpoint(out: Path, epochs: int) -> None:
    assert not [name for name in RESULTS if (out / name).exists()]
    found = find_checkpoint(out)
    assert found is not None
    assert (found.epoch, found.epochs, found.phase) == (epochs, 10, PHASES[epochs - 1])


def _killed_in_epoch(epoch: int, params: dict[str, Any]) -> list[int]:
    """Run the job in a worker, end it with SIGKILL in an epoch, and give the epochs that it told."""
    job: list[JobHandle] = []
    told: list[int] = []

    def kill(event: Event) -> None:
        if isinstance(event, Partial):
            told.append(event.data["epoch"])
        elif isinstance(event, Progress) and f"epoch {epoch}" in event.text:
            os.kill(job[0].pid, signal.SIGKILL)

    job.append(start_job("compress", params, kill))
    assert isinstance(job[0].wait(300), Failed)
    return told


def test_a_full_disk_at_a_checkpoint_and_then_another_recipe(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    savez, calls = np.savez, []

    def full(file: Any, **arrays: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        savez(file, **arrays)

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(ThimbleError, match=r"checkpoint after epoch 2 .*No space left"):
        compress({**whole.params, "out": str(tmp_path)}, Watcher().context)
    _expect_checkpoint(tmp_path, 1)
    other = {"name": "other", "train": {"epochs": 1, "batch_size": 80}, "quantize": {"kind": "none"}}
    watcher = Watcher()
    result = compress({**whole.params, "recipe": other, "out": str(tmp_path)}, watcher.context)
    assert [entry["epoch"] for entry in result["history"]] == [1]
    assert any("another run" in event.text for event in watcher.events if isinstance(event, Log))
    assert not (tmp_path / FOLDER).exists()
