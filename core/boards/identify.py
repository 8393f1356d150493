"""Which of several boards is this one? Its LED tells."""

from __future__ import annotations

from core.boards.link import Link, Timeouts
from core.boards.serial_transport import SerialTransport
from core.boards.usb_ports import Attachment, UsbBoard
from core.errors import ThimbleError

#: A board blinks for half a second each time that it is asked.
_TIMES = 6
_QUICK = Timeouts(resend_s=0.3, silent_s=2.0, answer_s=3.0)
_NO_PROGRAM_OF_OURS = ("board-silent", "board-garbled", "board-stuck")


def identify(usb: UsbBoard, times: int = _TIMES) -> None:
    """Blink the board's LED, `times` halves of a second.

    Raises ThimbleError ``in-bootloader``, ``foreign-program``, ``board-refused``; as a SerialTransport, too.
    """
    if usb.attachment is not Attachment.SERIAL:
        raise ThimbleError(
            "in-bootloader",
            f"the {usb.board.title} at {usb.where} waits in its bootloader, which blinks for nobody",
            "deploy a model to it first",
        )
    try:
        with SerialTransport(usb.where) as transport:
            link = Link(transport, _QUICK)
            link.hello()
            for _ in range(times):
                link.identify()
    except ThimbleError as error:
        if error.code not in _NO_PROGRAM_OF_OURS:
            raise
        raise ThimbleError(
            "foreign-program",
            f"the program on the {usb.board.title} at {usb.where} is not Thimble's: it cannot blink",
            "deploy a model to it first",
        ) from error
