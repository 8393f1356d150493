"""Opening models of formats that are converted first."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.errors import ThimbleError
from core.jobs.events import Done, Failed
from gui.main_window import MainWindow
from gui.side_bar import Place
from gui.widgets.job_panel import JobPanel
from tests.gui.conftest import FakeJobs


def _onnx(folder: Path) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(b"model")
    return path


def test_a_model_of_another_format_is_converted_for_the_wizard(
    window: MainWindow, jobs: FakeJobs, tmp_path: Path, qtbot: QtBot
) -> None:
    window.start.open_path(_onnx(tmp_path))
    job = jobs.last("import-model")
    assert job.params == {"model": str(tmp_path / "net.onnx"), "form": ".keras", "allow_unsafe": False}
    assert window.start_view.findChild(JobPanel).isVisibleTo(window.start_view)
    converted = tmp_path / "net.keras"
    converted.write_bytes(b"model")
    job.send(Done({"path": str(converted)}))
    qtbot.waitUntil(lambda: window.place is Place.MODEL)
    assert window.wizard.flow.draft.model == converted


@pytest.mark.parametrize(
    ("code", "place"), [("quantized-model", Place.DEPLOY), ("broken-file", Place.START)], ids=str
)
def test_a_model_that_cannot_be_trained_is_for_a_board(
    window: MainWindow, jobs: FakeJobs, tmp_path: Path, qtbot: QtBot, code: str, place: Place
) -> None:
    window.start.open_path(_onnx(tmp_path))
    jobs.last("import-model").send(Failed(code, "it is so", "do this"))
    qtbot.waitUntil(lambda: not window.start.bridge.running)
    assert window.place is place
    assert window.start_view.banner.isVisible() == (place is Place.START)


def test_a_saved_model_folder_is_opened_as_a_model(
    window: MainWindow, jobs: FakeJobs, tmp_path: Path
) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"model")
    for given in (tmp_path, tmp_path / "saved_model.pb"):
        window.start.open_path(given)
        assert jobs.last("import-model").params["model"] == str(tmp_path)


@pytest.mark.parametrize("trusts", [False, True])
@pytest.mark.parametrize("name", ["old.h5", "new.keras"])
def test_code_in_a_model_runs_only_when_the_user_says_so(
    window: MainWindow,
    jobs: FakeJobs,
    qtbot: QtBot,
    tmp_path: Path,
    name: str,
    trusts: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, converted = tmp_path / name, tmp_path / "cache.keras"
    path.write_bytes(b"model")
    converted.write_bytes(b"model")

    def refuse(model: Path) -> None:
        raise ThimbleError("unsafe-model", "it has a Lambda layer", "give --allow-unsafe")

    answer = QMessageBox.StandardButton.Yes if trusts else QMessageBox.StandardButton.No
    asked: list[str] = []
    monkeypatch.setattr("gui.pages.start.presenter.check_model_file", refuse)
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: asked.append(args[2]) or answer)
    window.start.open_path(path)
    if name == "old.h5":
        jobs.last("import-model").send(Failed("unsafe-model", "it has a Lambda layer", "give --allow-unsafe"))
    qtbot.waitUntil(lambda: bool(asked))
    assert "Lambda" in asked[0]
    if trusts:
        qtbot.waitUntil(lambda: window.start.bridge.running)
        assert jobs.last("import-model").params["allow_unsafe"] is True
        jobs.last("import-model").send(Done({"path": str(converted)}))
        qtbot.waitUntil(lambda: window.place is Place.MODEL)
        assert window.wizard.flow.draft.model == converted
    else:
        assert not any(job.params.get("allow_unsafe") for job in jobs.started)
        assert window.place is Place.START
    assert len(asked) == 1
