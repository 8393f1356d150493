"""Which boards the program goes to: follows plugging, identifies, names, asks before programs are lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QInputDialog

from codegen.targets.board import Board
from core.boards.placing import is_on_usb
from core.boards.usb_ports import UsbBoard, choose_usb_board
from core.errors import EXPECTED_ERRORS, ThimbleError
from core.report.verdict import compared
from gui.background import Background
from gui.pages.deploy.view import DeployView
from gui.pages.deploy.words import put_words
from gui.services import Services
from gui.usb_watch import UsbWatch
from gui.widgets.board_list import BoardEnd
from gui.widgets.replacing import may_replace
from gui.words import error_as_failed, latency, tr


class BoardsPresenter(QObject):
    """Fills the view's list of boards while the page is shown."""

    #: The port of the board that blinked is free again.
    blinked = Signal()

    def __init__(self, services: Services, view: DeployView) -> None:
        super().__init__(view)
        self._services, self._view = services, view
        self.watch = UsbWatch(services.usb_boards, self)
        self.blinking = Background(self)
        view.shown.connect(self.watch.start)
        view.left.connect(self.watch.stop)
        self.watch.changed.connect(view.boards.set_found)
        view.boards.identify_wanted.connect(self._identify)
        view.boards.name_wanted.connect(self._ask_name)
        view.help.library_wanted.connect(lambda: view.export.choose_parent("arduino"))
        for failed in (self.watch.failed, self.blinking.failed):
            failed.connect(lambda error: view.banner.show_failure(error_as_failed(error)))
        self.blinking.idle.connect(self._blinked)

    def close(self) -> None:
        self.watch.close()
        self.blinking.wait()

    def targets(self, board: Board) -> list[UsbBoard]:
        """The chosen boards on USB; none for a kind that is not. Raises ThimbleError when none is there."""
        if not is_on_usb(board):
            return []
        chosen = self._view.boards.chosen()
        if not chosen:
            there = self._view.boards.plugged_in()
            if not there:
                choose_usb_board(board, None, ())  # its words say how to plug one in
            raise ThimbleError("no-board-chosen", tr("No board is chosen"), tr("Tick the boards in the list"))
        return chosen

    def may_replace(self, boards: Sequence[UsbBoard]) -> bool:
        """Ask before programs that are not Thimble's are lost."""
        return may_replace(self._view, boards)

    @Slot(object)
    def _identify(self, usb: UsbBoard) -> None:
        self._view.banner.clear()
        self._view.boards.set_blinking(True)
        self.blinking.start(lambda: self._services.identify(usb))

    @Slot()
    def _blinked(self) -> None:
        self._view.boards.set_blinking(False)
        self.blinked.emit()

    @Slot(object)
    def _ask_name(self, usb: UsbBoard) -> None:
        name, given = QInputDialog.getText(
            self._view, tr("Name this board"), tr("It is kept by the board's serial number:"), text=usb.name
        )
        if not given:
            return
        self._view.banner.clear()
        try:
            self._services.name_board(usb.serial_number, name)
        except EXPECTED_ERRORS as error:
            self._view.banner.show_failure(error_as_failed(error))
        self.watch.look()


def ends_of(result: dict[str, Any], targets: Sequence[UsbBoard]) -> list[BoardEnd]:
    """For the list of boards."""
    if "boards" in result:
        return [([told["board"], told["where"]], *_end(told)) for told in result["boards"]]
    keys = [usb.key for usb in targets] + ([result["port"]] if result.get("port") else [])
    return [(keys, *_end(result))]


def _end(told: dict[str, Any]) -> tuple[str, bool]:
    if told.get("error") is not None:
        return f"✗ {told['error']['what']}: {told['error']['hint']}", False
    if not compared(told["bench"]):
        return tr("✗ Not verified: no answer is clear enough to be compared."), False
    if not told["verified"]:
        return tr("✗ Not verified: it gave other answers than it should."), False
    bench = told["bench"]
    guessed = tr(" (estimate)") if bench["timing"] == "estimated" else ""
    verified = tr("✓ Verified, {time} on average.").format(time=latency(bench["mean_s"]) + guessed)
    return f"{verified} {put_words(told)}".rstrip(), True
