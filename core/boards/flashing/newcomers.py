"""Which of the boards that appear is the one that went away to be flashed."""

from __future__ import annotations

from collections.abc import Sequence

from core.boards.flashing.base import Surroundings
from core.boards.usb_ports import Attachment, UsbBoard, runs_our_program
from core.errors import ThimbleError

#: So long nothing else may come before the only newcomer is taken for the board.
SETTLE_S = 2.5


class Newcomers:
    """What was there when the board `usb` went; each question tells whether it has come back.

    One board hangs at a USB port: who comes at another one is somebody else. Where the system does not tell
    the port, a serial number does: a board that ran Thimble's program tells the same one again, others may
    make theirs in another way. Without both, the only one that comes is taken, after a time in which another
    one could have come, and the log says so.
    """

    def __init__(self, usb: UsbBoard, around: Surroundings) -> None:
        self.usb = usb
        self._around = around
        self._others = [other for other in around.find() if other.where != usb.where]
        self._came_s: float | None = None

    def back(self, found: Sequence[UsbBoard]) -> UsbBoard | None:
        """The board with its new program, or None while it is not there.

        Raises ThimbleError ``which-board-came``.
        """
        programs = self._of_the_kind(found, Attachment.SERIAL)
        if self.usb.serial_number and runs_our_program(self.usb):
            return next(filter(self._has_our_number, programs), None)
        return self._choose(programs, 0.95)

    def in_bootloader(self, found: Sequence[UsbBoard], attachment: Attachment) -> UsbBoard | None:
        """The board in its bootloader, which may tell no serial number, or another one.

        Raises ThimbleError ``which-board-came``.
        """
        return self._choose(self._of_the_kind(found, attachment), 0.0)

    def _of_the_kind(self, found: Sequence[UsbBoard], attachment: Attachment) -> list[UsbBoard]:
        ours = self.usb.board.id
        return [usb for usb in found if usb.attachment is attachment and usb.board.id == ours]

    def _choose(self, found: Sequence[UsbBoard], part: float) -> UsbBoard | None:
        """`part` is how much of the work is done."""
        here = self.usb.location
        new = [usb for usb in found if not any(self._is(usb, other) for other in self._others)]
        new = [usb for usb in new if not (here and usb.location) or usb.location == here]
        same = next(filter(self._has_our_number, new), None)
        at_our_port = [usb for usb in new if here and usb.location == here]
        return same or (at_our_port[0] if len(at_our_port) == 1 else self._settled(new, part))

    def _is(self, usb: UsbBoard, other: UsbBoard) -> bool:
        """Whether one that is there now is `other`, which was there before."""
        if usb.serial_number and other.serial_number and not self._has_our_number(usb):
            return _same_number(usb, other)
        if usb.location and other.location:
            return usb.location == other.location
        return (usb.attachment, usb.where) == (other.attachment, other.where)

    def _has_our_number(self, usb: UsbBoard) -> bool:
        return bool(self.usb.serial_number) and _same_number(usb, self.usb)

    def _settled(self, new: Sequence[UsbBoard], part: float) -> UsbBoard | None:
        """The only one, when nothing else came for a while."""
        now_s = self._around.clock()
        if not new:
            self._came_s = None
        elif self._came_s is None:
            self._came_s = now_s
            self._around.progress(part, f"{new[0].where} came; waiting whether another board comes")
        elif now_s - self._came_s >= SETTLE_S:
            return self._only(new)
        return None

    def _only(self, new: Sequence[UsbBoard]) -> UsbBoard:
        self._came_s = None
        if len(new) > 1:
            places = ", ".join(usb.where for usb in new)
            raise ThimbleError(
                "which-board-came",
                f"{len(new)} boards appeared while {self.usb.title} was flashed, and nothing tells which is"
                f" which: {places}",
                "plug boards in before or after, not meanwhile; then deploy again, with --port",
            )
        self._around.log(
            f"{new[0].where} is taken for the board, because no other came; nothing else tells that it is it"
        )
        return new[0]


def _same_number(one: UsbBoard, other: UsbBoard) -> bool:
    """Programs write the number of the chip in capitals or not."""
    return one.serial_number.casefold() == other.serial_number.casefold()
