"""The boards that the program goes to: those of one kind on USB, or some virtual ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from codegen.targets.board import Board
from core.boards.placing import is_on_usb
from core.boards.side_by_side import stations_of
from core.boards.usb_ports import UsbBoard
from gui.widgets.board_row import BoardRow, details_of, words_of
from gui.words import tr

_MOST_VIRTUAL = 16
#: How a board ended: what it is found by (its key, where it is now), the words, whether well.
BoardEnd = tuple[Sequence[str], str, bool]


class BoardList(QWidget):
    """A row a board. What was chosen stays chosen while it is there; a board that is alone is chosen.

    While a program runs (`begin` to `finish`) the rows stay as they are, though boards come and go.
    """

    identify_wanted = Signal(object)  # UsbBoard
    name_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, BoardRow] = {}
        self._board: Board | None = None
        self._found: tuple[UsbBoard, ...] = ()
        self._running = self._another = self._blinking = False
        self._ends: dict[str, tuple[str, bool]] = {}
        self.none = QLabel()
        self.none.setWordWrap(True)
        self.all = QPushButton(tr("Choose a&ll"))
        self.all.clicked.connect(self._choose_all)
        self.count = QSpinBox()
        self.count.setRange(1, _MOST_VIRTUAL)
        self.count.setToolTip(tr("How many virtual boards run the program side by side"))
        self._count_label = QLabel(tr("Boar&ds side by side:"))
        self._count_label.setBuddy(self.count)
        top = QHBoxLayout()
        top.addWidget(self.none, 1)
        top.addWidget(self._count_label)
        top.addWidget(self.count)
        top.addStretch(1)
        top.addWidget(self.all)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addLayout(self._rows)
        self.hide()

    def show_for(self, board: Board) -> None:
        """Offer boards of this kind."""
        if board is not self._board and not self._running:
            self._board = board
            self._ends = {}
            self._show_rows(())
            self._rebuild()

    def set_found(self, found: tuple[UsbBoard, ...]) -> None:
        """What is plugged in now, of all kinds."""
        self._found = found
        if not self._running:
            self._rebuild()

    def plugged_in(self) -> list[UsbBoard]:
        """The boards of the kind that are there."""
        if self._board is None or not is_on_usb(self._board):
            return []
        return [usb for usb in self._found if usb.board.id == self._board.id]

    def chosen(self) -> list[UsbBoard]:
        return [row.usb for row in self.rows.values() if row.usb is not None and row.check.isChecked()]

    def virtual_count(self) -> int:
        """How many virtual boards are wanted; 1 for every other kind."""
        return self.count.value() if self._board is not None and self._board.virtual else 1

    def begin(self) -> None:
        """The program goes to the chosen boards now."""
        self._another = False
        self._ends = {}
        if self._board is not None and self.virtual_count() > 1:
            self._show_rows(
                [(s.key, s.title, None) for s in stations_of(self._board, (), self.count.value())]
            )
        self._running = True
        for row in self.rows.values():
            row.forget_end()
        self._lock_rows()
        self.count.setEnabled(False)
        self.all.setEnabled(False)

    def show_progress(self, told: dict[str, Any]) -> None:
        if told["board"] not in self.rows:
            return
        error = told.get("error")
        if error is not None:
            self._ends[told["board"]] = (f"{error['what']}: {error['hint']}", False)
        self.rows[told["board"]].show_progress(told)

    def finish(self, ends: Sequence[BoardEnd] = ()) -> None:
        """Nothing runs any more; how boards ended."""
        self._running = False
        self._ends |= {key: (words, good) for keys, words, good in ends for key in keys}
        self.count.setEnabled(True)
        self.all.setEnabled(True)
        if self._board is not None and self._board.virtual:
            for row in self.rows.values():
                row.bar.hide()
            self._show_ends()
        else:
            self._rebuild()

    def set_blinking(self, blinking: bool) -> None:
        """One board at a time blinks."""
        self._blinking = blinking
        self._lock_rows()

    def _lock_rows(self) -> None:
        for row in self.rows.values():
            row.lock(self._running, self._blinking)

    @Slot()
    def do_another(self) -> None:
        """Nothing is chosen until the next board is plugged in, which then is."""
        self._another = True
        for row in self.rows.values():
            row.check.setChecked(False)
        self._say_none()

    @Slot()
    def _choose_all(self) -> None:
        for row in self.rows.values():
            row.check.setChecked(True)

    def _rebuild(self) -> None:
        board = self._board
        if board is None:
            return
        before = set(self.rows)
        chosen = {usb.key for usb in self.chosen()}
        boards = self.plugged_in()
        new = {usb.key for usb in boards} - before
        if self._another and new:
            chosen |= new
            self._another = False
        elif boards and not before and not self._another:
            chosen = {boards[0].key}
        chosen |= {usb.key for usb in boards if usb.key in new and usb.where in self._ends}
        self._show_rows([(usb.key, words_of(usb), usb) for usb in boards])
        for key, row in self.rows.items():
            row.check.setChecked(key in chosen or row.usb is None)
        self.setVisible(is_on_usb(board) or board.virtual)
        self.count.setVisible(board.virtual)
        self._count_label.setVisible(board.virtual)
        self.all.setVisible(len(self.rows) > 1 and not board.virtual)
        self._say_none()
        self._show_ends()

    def _say_none(self) -> None:
        if self._board is None or self._board.virtual:
            words = ""
        elif not self.rows:
            words = tr("No {board} is plugged in yet. It appears here by itself.").format(
                board=self._board.title
            )
        elif self._another:
            words = tr("Plug in the next board: it is chosen by itself.")
        else:
            words = ""
        self.none.setText(words)
        self.none.setVisible(bool(words))

    def _show_rows(self, wanted: Sequence[tuple[str, str, UsbBoard | None]]) -> None:
        """Rows that are as they should be stay, with the keyboard if they have it."""
        kept: dict[str, BoardRow] = {}
        for key, words, usb in wanted:
            row = self.rows.pop(key, None)
            if row is not None and row.usb != usb:
                self._remove(row)
                row = None
            kept[key] = row if row is not None else self._new_row(words, usb)
        for row in self.rows.values():
            self._remove(row)
        self.rows = kept
        for place, row in enumerate(kept.values()):
            self._rows.insertWidget(place, row)

    def _new_row(self, words: str, usb: UsbBoard | None) -> BoardRow:
        row = BoardRow(words, usb, details_of(usb) if usb is not None else "")
        row.identify_wanted.connect(self.identify_wanted)
        row.name_wanted.connect(self.name_wanted)
        row.lock(self._running, self._blinking)
        return row

    def _remove(self, row: BoardRow) -> None:
        if row.isAncestorOf(self.focusWidget() or self):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._rows.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _show_ends(self) -> None:
        self._lock_rows()
        for key, row in self.rows.items():
            end = self._ends.get(key) or (self._ends.get(row.usb.where) if row.usb is not None else None)
            if end is None:
                row.forget_end()
            else:
                row.show_end(*end)
