"""Which of several boards on USB is meant."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from codegen.targets.board import Board
from core.boards.placing import is_on_usb
from core.boards.usb_ports import UsbBoard
from gui.words import tr

FindBoards = Callable[[], tuple[UsbBoard, ...]]


class UsbChoice(QWidget):
    """The boards of one kind that are plugged in; shown only for boards that are real."""

    def __init__(self, find: FindBoards) -> None:
        super().__init__()
        self._find = find
        self._board: Board | None = None
        self.which = QComboBox()
        self.which.setPlaceholderText(tr("None found: plug it in, then look again"))
        self.again = QPushButton(tr("&Look again"))
        self.again.clicked.connect(self.refresh)
        label = QLabel(tr("&Which one:"))
        label.setBuddy(self.which)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(label)
        row.addWidget(self.which, 1)
        row.addWidget(self.again)
        self.hide()

    def show_for(self, board: Board) -> None:
        """Offer the boards of this kind that are plugged in now."""
        self._board = board
        self.setVisible(is_on_usb(board))
        self.refresh()

    def refresh(self) -> None:
        """Look what is plugged in; what was chosen stays chosen while it is there."""
        chosen = self.which.currentData()
        self.which.clear()
        for usb in self.plugged_in():
            words = " · ".join(part for part in (usb.where, usb.product, usb.serial_number) if part)
            self.which.addItem(words, _key(usb))
        self.which.setCurrentIndex(max(0, self.which.findData(chosen)) if self.which.count() else -1)

    def plugged_in(self) -> tuple[UsbBoard, ...]:
        """The boards of this kind, as they are now."""
        if self._board is None or not is_on_usb(self._board):
            return ()
        return tuple(usb for usb in self._find() if usb.board.id == self._board.id)

    def port(self) -> str | None:
        """What `deploy` takes as `port`: None where there is no choice."""
        return str(self.which.currentData()) if self.which.count() > 1 else None

    def target(self) -> UsbBoard | None:
        """The board that `port` names, or the only one, if it is there now."""
        port, found = self.port(), self.plugged_in()
        meant = [usb for usb in found if port in (None, _key(usb))]
        return meant[0] if len(meant) == 1 else None


def _key(usb: UsbBoard) -> str:
    """What the board keeps when it is plugged in elsewhere, if it has that."""
    return usb.serial_number or usb.where
