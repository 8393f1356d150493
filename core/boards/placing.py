"""Getting an image onto the board that is to run it, unless it runs there already."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from codegen.compiler import Compilation
from codegen.targets.board import Board
from core.boards.flashing import find_flasher
from core.boards.flashing.base import Surroundings
from core.boards.link import Link, Timeouts
from core.boards.protocol import Hello
from core.boards.put import Put
from core.boards.serial_transport import SerialTransport
from core.boards.session import ANYWHERE, Placed
from core.boards.usb_ports import Attachment, UsbBoard, choose_usb_board, find_usb_boards, runs_our_program
from core.errors import ThimbleError

_LOOK_EVERY_S = 0.5
#: Whether a Thimble program answers at all.
_QUICK = Timeouts(resend_s=0.3, silent_s=1.0, answer_s=2.0)
#: What a port says when somebody must do something first; trying to flash would not help.
_NOT_OURS = ("port-busy", "port-permission", "port-failed", "board-gone")
#: For the log, which tells of which of several boards it is; {product} is as USB tells it.
_SAID = {
    Put.RAN_ALREADY: "the board runs this program already, nothing is written",
    Put.REPLACED_OTHER: "the program on the board ({product}) is replaced: to bring it back, upload it again"
    " with what it was made with",
    Put.REPLACED_UNKNOWN: "whatever program is on the board, which waits in its bootloader, is replaced: to"
    " bring it back, upload it again with what it was made with",
}


class Image(Protocol):
    """A built image: `image` is the file that the board is flashed with."""

    @property
    def elf(self) -> Path: ...

    @property
    def image(self) -> Path: ...


def is_on_usb(board: Board) -> bool:
    """Whether the board is a real one that has to be flashed."""
    return not board.virtual and bool(board.usb_ids)


def check_plugged_in(
    board: Board, port: str | None, patience_s: float = 0.0, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Raises ThimbleError when the board has to be on USB and is not, before any work for it is done, nor
    comes within `patience_s`; ``no-port`` for a port of a board that needs none."""
    if not is_on_usb(board):
        if port is not None:
            raise ThimbleError("no-port", f"{board.title} is at no port", "leave out --port")
        return
    for _ in range(int(patience_s / _LOOK_EVERY_S)):
        with suppress(ThimbleError):
            choose_usb_board(board, port, find_usb_boards())
            return
        sleep(_LOOK_EVERY_S)
    choose_usb_board(board, port, find_usb_boards())


def place(image: Image, compilation: Compilation, port: str | None, around: Surroundings) -> Placed:
    """Put `image` on its board and say where it runs; virtual boards and this computer need nothing.

    `port` is a port, a drive, a serial number or a name where several boards are plugged in. A board that
    runs the image already is left as it is. Raises ThimbleError.
    """
    board = compilation.board
    if not is_on_usb(board):
        return ANYWHERE
    usb = choose_usb_board(board, port, around.find())
    put = _put(image, usb)
    if put in _SAID:
        around.log(_SAID[put].format(product=usb.product or "it has no name"))
    if put is not Put.RAN_ALREADY:
        with around.alone():
            # The turn may have been long to come, and the board may be elsewhere since.
            usb = choose_usb_board(board, usb.key, around.find())
            usb = find_flasher(board).flash(image.image, usb, around)
    predicted_s = (compilation.cycles + compilation.flash_wait_cycles) / board.clock_hz
    return Placed(usb.where, predicted_s, usb.pretended, usb.serial_number, usb.name, put)


def put_by_flashing(usb: UsbBoard) -> Put:
    """What flashing this board does to the program that is on it, as far as USB tells."""
    if usb.attachment is not Attachment.SERIAL:
        return Put.REPLACED_UNKNOWN
    return Put.FLASHED if runs_our_program(usb) else Put.REPLACED_OTHER


def _put(image: Image, usb: UsbBoard) -> Put:
    """What has to be done. A program of Thimble's answers also where USB does not tell its name (Windows)."""
    hello = _hello(usb) if usb.attachment is Attachment.SERIAL else None
    if hello is None:
        return put_by_flashing(usb)
    same = hello.target == usb.board.target and hello.model_hash in image.elf.read_bytes()
    return Put.RAN_ALREADY if same else Put.FLASHED


def _hello(usb: UsbBoard) -> Hello | None:
    """What a program of Thimble's answers; None where there is none."""
    try:
        with SerialTransport(usb.where) as transport:
            return Link(transport, _QUICK).hello()
    except ThimbleError as error:
        if error.code in _NOT_OURS:
            raise
        return None
