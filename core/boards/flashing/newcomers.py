"""Which of the boards that appear is the one that went away to be flashed."""

from __future__ import annotations

from dataclasses import dataclass

from core.boards.usb_ports import Attachment, UsbBoard, runs_our_program
from core.errors import ThimbleError


@dataclass(frozen=True, slots=True)
class Newcomers:
    """`usb` is the board that goes, `before` all that was there before it went."""

    usb: UsbBoard
    before: tuple[UsbBoard, ...]

    def back(self, found: tuple[UsbBoard, ...]) -> UsbBoard | None:
        """The board with its new program, or None while it is not there.

        A board that ran Thimble's program told its serial number, and tells the same one again; others may
        make theirs in another way. Raises ThimbleError ``which-board-came``.
        """
        new = self._new(found, Attachment.SERIAL)
        certain = bool(self.usb.serial_number) and runs_our_program(self.usb)
        return self._same(new) if certain else self._same(new) or self._only(new)

    def in_bootloader(self, found: tuple[UsbBoard, ...], attachment: Attachment) -> UsbBoard | None:
        """The board in its bootloader, which may tell no serial number, or another one.

        Raises ThimbleError ``which-board-came``.
        """
        new = self._new(found, attachment)
        return self._same(new) or self._only(new)

    def _new(self, found: tuple[UsbBoard, ...], attachment: Attachment) -> list[UsbBoard]:
        """Those of the kind at no place, and with no serial number, that another board had before."""
        others = [usb for usb in self.before if usb.where != self.usb.where]
        places = {usb.where for usb in others if usb.attachment is attachment}
        running = [usb for usb in others if usb.attachment is Attachment.SERIAL]
        numbers = {usb.serial_number for usb in running} - {"", self.usb.serial_number}
        ours = [usb for usb in found if usb.attachment is attachment and usb.board.id == self.usb.board.id]
        return [usb for usb in ours if usb.where not in places and usb.serial_number not in numbers]

    def _same(self, new: list[UsbBoard]) -> UsbBoard | None:
        number = self.usb.serial_number
        return next((usb for usb in new if number and usb.serial_number == number), None)

    def _only(self, new: list[UsbBoard]) -> UsbBoard | None:
        if len(new) > 1:
            places = ", ".join(usb.where for usb in new)
            raise ThimbleError(
                "which-board-came",
                f"{len(new)} boards appeared while {self.usb.title} was flashed, and nothing tells which is"
                f" which: {places}",
                "plug boards in before or after, not meanwhile; then deploy again, with --port",
            )
        return new[0] if new else None
