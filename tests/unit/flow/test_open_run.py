"""Runs are opened again; what is broken is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ThimbleError
from core.flow.open_run import open_run
from core.report.deploy_record import save_deploy

RUN: dict[str, Any] = {
    "accuracy": {},
    "parameters": {},
    "size_bytes": {},
    "layers": [],
    "model": "/somewhere/net.keras",
    "data": "/my/data.npz",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run.json").write_text(json.dumps(RUN))
    (tmp_path / "model.tflite").write_bytes(b"model")
    return tmp_path


def test_a_run_says_what_it_was_made_from(folder: Path) -> None:
    run = open_run(folder)
    assert (run.title, run.data, run.model, run.deployed) == (
        "net",
        "/my/data.npz",
        folder / "model.tflite",
        None,
    )
    assert run.run == RUN
    (folder / "run.json").write_text(json.dumps({**RUN, "data": ""}))
    assert open_run(folder).data == "", "none were used"


def test_a_deployment_counts_only_for_the_same_model(folder: Path) -> None:
    save_deploy(folder, {"plan": {"model": str(folder / "model.tflite")}, "verified": True})
    deployed = open_run(folder).deployed
    assert deployed is not None
    assert deployed["verified"] is True
    (folder / "model.tflite").write_bytes(b"another model")
    assert open_run(folder).deployed is None


def test_a_deployment_alone_can_be_opened(tmp_path: Path) -> None:
    model = tmp_path / "other.tflite"
    model.write_bytes(b"model")
    folder = tmp_path / "deployed"
    folder.mkdir()
    save_deploy(folder, {"plan": {"model": str(model)}})
    run = open_run(folder)
    assert (run.model, run.run, run.title) == (model, None, "other")
    model.unlink()
    with pytest.raises(ThimbleError) as caught:
        open_run(folder)
    assert caught.value.code == "missing-file"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("run.json", "no json", "bad-run"),
        ("run.json", "[]", "bad-run"),
        ("run.json", '{"accuracy": {}}', "bad-run"),
        ("run.json", None, "missing-file"),
        ("model.tflite", None, "missing-file"),
        ("deploy.json", "{", "bad-run"),
    ],
)
def test_what_is_broken_is_told(folder: Path, name: str, content: str | None, code: str) -> None:
    (folder / name).unlink(missing_ok=True)
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(ThimbleError) as caught:
        open_run(folder)
    assert caught.value.code == code
    assert caught.value.hint
