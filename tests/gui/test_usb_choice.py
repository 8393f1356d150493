"""Several boards of one kind in the window, and programs on them that are not Thimble's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from core.boards.usb_ports import UsbBoard
from gui.main_window import MainWindow
from gui.pages.deploy.view import DeployView
from gui.services import Services
from gui.side_bar import Place
from tests.gui.conftest import FakeJobs
from tests.gui.run_records import write_run
from tests.unit.boards.usb_fakes import on_port


@pytest.fixture
def plugged_in() -> list[UsbBoard]:
    return [on_port("COM3", "A1"), on_port("COM4", "B2")]


@pytest.fixture
def services(services: Services, plugged_in: list[UsbBoard]) -> Services:
    return replace(services, usb_boards=lambda: tuple(plugged_in))


@pytest.fixture
def view(window: MainWindow, tmp_path: Path) -> DeployView:
    window.start.open_path(write_run(tmp_path / "run"))
    window.go(Place.DEPLOY)
    view = window.deploy.view
    view.board.setCurrentIndex(view.board.findData("pico"))
    return view


def test_one_of_two_boards_is_chosen(view: DeployView, jobs: FakeJobs) -> None:
    assert [view.usb.which.itemData(i) for i in range(view.usb.which.count())] == ["A1", "B2"]
    view.usb.which.setCurrentIndex(1)
    view.usb.again.click()
    view.start.click()
    assert jobs.last("deploy").params["port"] == "B2"


def test_a_single_board_needs_no_port(view: DeployView, jobs: FakeJobs, plugged_in: list[UsbBoard]) -> None:
    plugged_in.pop()
    view.usb.again.click()
    assert view.usb.which.count() == 1
    view.start.click()
    assert "port" not in jobs.last("deploy").params


def test_only_real_boards_are_looked_for(view: DeployView) -> None:
    assert not view.usb.isHidden()
    view.board.setCurrentIndex(view.board.findData("virtual-pico"))
    assert view.usb.isHidden()
    assert view.usb.port() is None


def test_a_program_of_somebody_else_is_replaced_when_the_user_says_so(
    view: DeployView, jobs: FakeJobs, plugged_in: list[UsbBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged_in[:] = [replace(on_port("COM3"), product="MicroPython")]
    view.usb.again.click()
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *args: answers.pop(0))
    before = len(jobs.started)
    view.start.click()
    assert len(jobs.started) == before
    view.start.click()
    assert len(jobs.started) == before + 1
