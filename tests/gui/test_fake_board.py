"""From the window to a board on USB: a fake port, a real job, the real image in a model of the chip."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from codegen.targets.board import find_board
from core.boards.pretended_usb import PRETEND
from core.boards.usb_ports import find_usb_boards
from core.flow.open_run import OpenRun
from core.jobs.host import start_job
from core.live.quantity import Quantity
from core.live.signal import EVER
from gui.main_window import MainWindow
from gui.services import Services
from gui.side_bar import Place
from tests.fake_usb.hub import FakeUsb
from tests.fake_usb.programs import ChipProgram, Sketch
from tests.unit.cli.models import write_int8_tflite

pytestmark = [
    pytest.mark.gui,
    pytest.mark.toolchain,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals like these"),
]
NANO = find_board("nano33ble")
PICTURES = 3


@pytest.fixture
def usb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeUsb]:
    with FakeUsb(tmp_path / "usb") as usb:
        monkeypatch.setenv(PRETEND, str(usb.file))
        yield usb.pumping()


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, start_job=start_job, usb_boards=find_usb_boards)


@pytest.fixture
def run(tmp_path: Path) -> OpenRun:
    """A tiny network, and data of its kind: rows of four numbers."""
    rows = np.random.default_rng(1).normal(size=(PICTURES, 4)).astype(np.float32)
    labels = np.arange(PICTURES)
    data = tmp_path / "rows.npz"
    np.savez(data, x_train=rows, y_train=labels, x_test=rows, y_test=labels)
    folder = tmp_path / "run"
    folder.mkdir()
    return OpenRun(folder, write_int8_tflite(folder / "model.tflite"), str(data))


def test_a_person_deploys_from_the_window_to_a_board_on_usb(
    window: MainWindow, usb: FakeUsb, run: OpenRun, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    yes = QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QMessageBox, "question", lambda *told: asked.append(told[2]) or yes)
    fake = usb.add(NANO, "A1", start=ChipProgram, foreign=Sketch)
    view = window.deploy.view
    window.deploy.set_run(run, NANO.id)
    window.go(Place.DEPLOY)
    qtbot.waitUntil(lambda: list(view.boards.rows) == ["A1"])
    view.runs.setValue(PICTURES)
    qtbot.mouseClick(view.start, Qt.MouseButton.LeftButton)
    assert window.running
    qtbot.waitUntil(lambda: not window.running, timeout=120_000)
    assert view.verdict.text().startswith("✓ Verified"), view.banner.text
    assert len(asked) == len(fake.flashed) == 1
    record = json.loads((run.folder / "deploy.json").read_text(encoding="utf-8"))
    assert (record["placed"], record["serial_number"]) == ("replaced-other", "A1")
    live = view.plots.run
    assert live is not None
    latencies_s = live.signals[Quantity.LATENCY].samples(EVER)[1]
    assert len(latencies_s) == PICTURES
    assert latencies_s[1:].tolist() == record["bench"]["times_s"][1:]  # the first has the start-up, too
    assert "Flashed over another program." in view.boards.rows["A1"].status.text()
