"""Boards on USB in the window: chosen, watched, named, flashed side by side, and one after the other."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from codegen.targets.board import find_board
from core.boards.usb_ports import UsbBoard
from core.errors import ThimbleError
from core.jobs.events import Done, Failed, Partial
from core.live.quantity import Quantity
from core.live.signal import EVER
from gui import usb_watch
from gui.main_window import MainWindow
from gui.pages.deploy.boards import ends_of
from gui.pages.deploy.view import DeployView
from gui.pages.deploy.words import verdict_words
from gui.pages.live.words import ended_words
from gui.services import Services
from gui.side_bar import Place
from gui.widgets.banner import BannerKind
from gui.widgets.board_help import HELP
from tests.gui.conftest import FakeJobs
from tests.gui.run_records import deployed, write_run
from tests.unit.boards.usb_fakes import as_drive, on_port

pytestmark = pytest.mark.gui


@dataclass
class Usb:
    """What is plugged in, and what was asked of it."""

    there: list[UsbBoard]
    blinked: list[str] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)
    refuses: ThimbleError | None = None

    def find(self) -> tuple[UsbBoard, ...]:
        if self.refuses is not None:
            raise self.refuses
        return tuple(self.there)

    def identify(self, usb: UsbBoard) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.blinked.append(usb.serial_number)

    def name(self, serial_number: str, name: str) -> None:
        self.named.append((serial_number, name))
        self.there[:] = [replace(u, name=name) if u.serial_number == serial_number else u for u in self.there]


@pytest.fixture
def usb() -> Usb:
    return Usb([on_port("COM3", "A1"), on_port("COM4", "B2")])


@pytest.fixture
def services(services: Services, usb: Usb, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr(usb_watch, "_EVERY_MS", 20)
    return replace(services, usb_boards=usb.find, identify=usb.identify, name_board=usb.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run")


@pytest.fixture
def view(window: MainWindow, folder: Path, usb: Usb, qtbot: QtBot) -> DeployView:
    window.start.open_path(folder)
    window.go(Place.DEPLOY)
    view = window.deploy.view
    view.board.setCurrentIndex(view.board.findData("pico"))
    qtbot.waitUntil(lambda: len(view.boards.rows) == len(usb.there))
    return view


def chosen(view: DeployView) -> list[str]:
    return [board.key for board in view.boards.chosen()]


def plug(view: DeployView, usb: Usb, qtbot: QtBot, *boards: UsbBoard) -> None:
    usb.there[:] = boards
    qtbot.waitUntil(lambda: list(view.boards.rows) == [board.key for board in boards])


def test_the_first_board_is_chosen_and_one_board_gets_the_program(view: DeployView, jobs: FakeJobs) -> None:
    assert chosen(view) == ["A1"]
    view.boards.rows["A1"].check.click()
    view.boards.rows["B2"].check.click()
    view.start.click()
    assert jobs.last("deploy").params["port"] == "B2"


def test_plugging_is_followed_and_the_choice_stays(view: DeployView, usb: Usb, qtbot: QtBot) -> None:
    view.boards.rows["B2"].check.click()
    a, b, c = *usb.there, on_port("COM9", "C3")
    plug(view, usb, qtbot, b, c)
    assert chosen(view) == ["B2"]
    moved = replace(b, where="COM7")
    plug(view, usb, qtbot, a, moved, c)
    qtbot.waitUntil(lambda: "COM7" in view.boards.rows["B2"].check.text())
    assert chosen(view) == ["B2"]
    plug(view, usb, qtbot)
    assert "Raspberry Pi Pico" in view.boards.none.text()


def test_a_slow_system_does_not_stop_the_window(
    window: MainWindow, view: DeployView, usb: Usb, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slowly() -> tuple[UsbBoard, ...]:
        asked.set()
        assert answer.wait(60)
        return ()

    monkeypatch.setattr(window.deploy.boards.watch, "_find", slowly)
    qtbot.waitUntil(asked.is_set)
    start = time.monotonic()
    window.deploy.boards.watch.look()
    assert view.boards.rows  # still as it was, and we are not kept
    assert time.monotonic() - start < 30
    answer.set()
    qtbot.waitUntil(lambda: not view.boards.rows)


def test_nobody_looks_while_another_page_is_shown(window: MainWindow, view: DeployView, usb: Usb) -> None:
    assert window.deploy.boards.watch._timer.isActive()
    window.go(Place.START)
    assert not window.deploy.boards.watch._timer.isActive()


def test_several_boards_are_deployed_to_side_by_side(
    view: DeployView, jobs: FakeJobs, folder: Path, qtbot: QtBot
) -> None:
    view.boards.all.click()
    view.start.click()
    job = jobs.last("deploy-several")
    assert job.params["ports"] == ["A1", "B2"]
    a, b = view.boards.rows["A1"], view.boards.rows["B2"]
    assert not a.check.isEnabled()
    job.send(told("A1", 0.5, "Writing"))
    job.send(told("B2", 1.0, "", error={"code": "board-gone", "what": "it is gone", "hint": "plug it in"}))
    qtbot.waitUntil(lambda: b.status.text() == "it is gone: plug it in")
    assert (a.bar.value(), a.status.text(), a.bar.isVisible(), b.bar.isVisible()) == (
        500,
        "Writing",
        True,
        False,
    )
    for board, latency_s in (("B2", 9.0), ("A1", 0.5)):
        job.send(Partial("inference", {"index": 0, "latency_s": latency_s, "energy_j": None, "board": board}))
    job.send(Done(result_of(folder)))
    qtbot.waitUntil(lambda: view.result.isVisible())
    assert latencies(view) == [0.5]  # of the first board alone
    assert view.boards.rows["A1"].status.text().startswith("✓ Verified")
    assert "it is gone" in view.boards.rows["B2"].status.text()
    assert view.verdict.text().startswith("✗ 1 of 2")
    assert view.boards.rows["A1"].check.isEnabled()


def latencies(view: DeployView) -> list[float]:
    assert view.plots.run is not None
    return [float(value) for value in view.plots.run.signals[Quantity.LATENCY].samples(EVER)[1]]


def told(board: str, fraction: float, text: str, error: dict[str, str] | None = None) -> Partial:
    state = "running" if error is None else "failed"
    data = {
        "board": board,
        "title": board,
        "fraction": fraction,
        "text": text,
        "state": state,
        "error": error,
    }
    return Partial("board", data)


def result_of(folder: Path) -> dict[str, Any]:
    one = deployed(folder)
    boards = [
        {"board": "A1", "where": "COM3", "verified": True, "bench": one["bench"], "error": None},
        {
            "board": "B2", "where": "COM4", "verified": False, "bench": None,
            "error": {"code": "board-gone", "what": "it is gone", "hint": "plug it in"},
        },
    ]  # fmt: skip
    return {**one, "verified": False, "boards": boards}


def test_a_board_that_was_a_drive_keeps_its_choice_and_gets_its_verdict(
    view: DeployView,
    jobs: FakeJobs,
    usb: Usb,
    folder: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drive = as_drive(Path("/media/RPI-RP2"))
    plug(view, usb, qtbot)
    plug(view, usb, qtbot, drive)
    assert chosen(view) == [drive.where]
    asked: list[str] = []

    def answer(*arguments: Any) -> QMessageBox.StandardButton:
        asked.append(arguments[2])
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", answer)
    view.start.click()
    assert f"Whatever program is on {drive.where}" in asked[0]
    assert "to bring it back, upload it again" in asked[0]
    usb.there[:] = [on_port("COM5", "D4")]
    result = {**deployed(folder), "port": "COM5", "placed": "replaced-unknown"}
    jobs.last("deploy").send(Done(result))
    qtbot.waitUntil(lambda: "D4" in view.boards.rows)
    told = view.boards.rows["D4"].status.text()
    assert told.startswith("✓ Verified")
    assert told.endswith("Flashed over whatever was there.")
    assert "Flashed over whatever was there." in [label.text() for label in view.result.findChildren(QLabel)]
    assert chosen(view) == ["D4"]


def test_do_another_board_waits_for_the_next_one(
    view: DeployView, jobs: FakeJobs, usb: Usb, folder: Path, qtbot: QtBot
) -> None:
    plug(view, usb, qtbot, usb.there[0])
    view.start.click()
    jobs.last("deploy").send(Done({**deployed(folder), "port": "COM3"}))
    qtbot.waitUntil(lambda: view.result.isVisible())
    qtbot.mouseClick(view.another, Qt.MouseButton.LeftButton)
    assert not view.result.isVisible()
    assert chosen(view) == []
    assert "next board" in view.boards.none.text()
    plug(view, usb, qtbot)
    plug(view, usb, qtbot, on_port("COM3", "E5"))
    assert chosen(view) == ["E5"]
    view.start.click()
    assert jobs.last("deploy").params["port"] == "E5"


def test_one_virtual_board_has_no_row_and_no_port(view: DeployView, jobs: FakeJobs) -> None:
    view.board.setCurrentIndex(view.board.findData("virtual-pico"))
    assert not view.boards.rows
    view.start.click()
    assert "port" not in jobs.last("deploy").params
    jobs.last("deploy").send(Failed("x", "no"))


def test_a_count_of_virtual_boards(view: DeployView, jobs: FakeJobs, qtbot: QtBot) -> None:
    view.board.setCurrentIndex(view.board.findData("virtual-nano"))
    view.boards.count.setValue(3)
    view.start.click()
    job = jobs.last("deploy-several")
    assert job.params["count"] == 3
    assert list(view.boards.rows) == ["1", "2", "3"]
    job.send(told("2", 0.25, "Running"))
    qtbot.waitUntil(lambda: view.boards.rows["2"].bar.value() == 250)
    job.send(Failed("no-board-ran", "none ran", "look"))
    qtbot.waitUntil(lambda: view.start.isEnabled())


def test_without_a_board_the_next_step_is_told_and_nothing_starts(
    view: DeployView, jobs: FakeJobs, usb: Usb, qtbot: QtBot
) -> None:
    before = len(jobs.started)
    view.boards.rows["A1"].check.click()
    view.start.click()
    assert view.banner.kind is BannerKind.ERROR
    plug(view, usb, qtbot)
    view.start.click()
    assert "BOOTSEL" in view.banner.text
    assert len(jobs.started) == before


def test_a_program_of_somebody_else_is_replaced_when_the_user_says_so(
    view: DeployView, jobs: FakeJobs, usb: Usb, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug(view, usb, qtbot, replace(on_port("COM3", "A1"), product="MicroPython"))
    answers, asked = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes], []

    def answer(*arguments: Any) -> QMessageBox.StandardButton:
        asked.append(arguments[2])
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", answer)
    before = len(jobs.started)
    view.start.click()
    assert len(jobs.started) == before
    assert "MicroPython on COM3" in asked[0]
    view.start.click()
    assert len(jobs.started) == before + 1


def test_a_board_blinks_and_gets_a_name(
    view: DeployView, usb: Usb, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.boards.rows["B2"].identify.click()
    qtbot.waitUntil(lambda: usb.blinked == ["B2"])
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("Anna", True))
    view.boards.rows["B2"].rename.click()
    assert usb.named == [("B2", "Anna")]
    qtbot.waitUntil(lambda: view.boards.rows["B2"].check.text().startswith("Anna"))


def test_what_was_started_cannot_be_changed_while_it_runs(
    view: DeployView, jobs: FakeJobs, folder: Path, qtbot: QtBot
) -> None:
    choices = (view.board, view.runs, view.start)
    view.start.click()
    assert not any(choice.isEnabled() for choice in choices)
    jobs.last("deploy").send(Done(deployed(folder)))
    qtbot.waitUntil(lambda: all(choice.isEnabled() for choice in choices))
    assert view.board.currentData() == "pico"
    assert set(view.boards.rows) == {"A1", "B2"}


def test_nothing_is_sent_to_a_board_while_it_blinks(
    window: MainWindow, view: DeployView, jobs: FakeJobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = threading.Event()
    patient = replace(window._services, identify=lambda usb: end.wait(20))
    monkeypatch.setattr(window.deploy.boards, "_services", patient)
    a, b = view.boards.rows["A1"], view.boards.rows["B2"]
    window.activateWindow()
    a.identify.setFocus()
    qtbot.waitUntil(a.identify.hasFocus)
    a.identify.click()
    assert not a.identify.isEnabled()
    assert not b.identify.isEnabled()
    assert a.check.hasFocus()
    before = len(jobs.started)
    view.start.click()
    view.start.click()
    assert len(jobs.started) == before
    assert "blinks" in view.banner.text
    end.set()
    qtbot.waitUntil(lambda: len(jobs.started) == before + 1)
    assert not view.banner.text
    jobs.last("deploy").send(Failed("x", "no"))
    qtbot.waitUntil(b.identify.isEnabled)


def test_after_a_fault_boards_can_be_asked_to_blink_again(
    window: MainWindow, view: DeployView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(usb: UsbBoard) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(window.deploy.boards, "_services", replace(window._services, identify=fault))
    with qtbot.capture_exceptions() as raised:
        view.boards.rows["A1"].identify.click()
        qtbot.waitUntil(view.boards.rows["A1"].identify.isEnabled)
    assert [kind for kind, _, _ in raised] == [ZeroDivisionError]


def test_what_goes_wrong_while_looking_is_told_once(view: DeployView, usb: Usb, qtbot: QtBot) -> None:
    usb.refuses = ThimbleError("bad-board-names", "cannot read the names", "mend them")
    qtbot.waitUntil(lambda: "mend them" in view.banner.text.lower())
    view.banner.clear()
    qtbot.wait(100)  # several looks later
    assert not view.banner.text


@pytest.mark.parametrize("board", ["pico", "nano33ble"])
def test_the_help_has_a_picture_and_the_way_that_is_recommended(view: DeployView, board: str) -> None:
    from PySide6.QtSvgWidgets import QSvgWidget

    view.board.setCurrentIndex(view.board.findData(board))
    assert view.help.expander is not None
    view.help.expander.button.click()
    (picture,) = view.help.expander.content.findChildren(QSvgWidget)
    assert picture.renderer().isValid()
    assert (view.help.library is not None) == (HELP[find_board(board).flasher].library is not None)
    view.board.setCurrentIndex(view.board.findData("virtual-pico"))
    assert view.help.isHidden()


def test_another_kind_of_board_has_its_own_choice(view: DeployView, usb: Usb, qtbot: QtBot) -> None:
    nano = on_port("COM8", "N7", find_board("nano33ble"))
    usb.there.append(nano)
    view.board.setCurrentIndex(view.board.findData("nano33ble"))
    qtbot.waitUntil(lambda: chosen(view) == ["N7"])


def test_what_could_not_be_compared_is_not_called_wrong() -> None:
    bench = {"agreement": "nothing", "timing": "estimated", "mean_s": 0.1}
    told = {"board": "A1", "where": "COM3", "verified": False, "bench": bench, "error": None}
    ((_, end, well),) = ends_of({**told, "boards": [told]}, [])
    for words in (verdict_words(told), end, *ended_words(told)):
        assert "no answer is clear enough to be compared" in words
    assert not well
