"""Boards whose bootloader shows up as a drive that takes a UF2 file: the Raspberry Pi Pico.

Source: Microsoft, "USB Flashing Format"; RP2040 datasheet, 2.8.4.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from core.boards.flashing.base import Surroundings
from core.boards.flashing.newcomers import Newcomers
from core.boards.serial_transport import touch
from core.boards.usb_ports import Attachment, UsbBoard
from core.errors import ThimbleError

_DRIVE_S = 20.0
_BACK_S = 20.0
_PIECE_BYTES = 16 * 512
_FILE = "THIMBLE.UF2"


@dataclass(frozen=True, slots=True)
class Uf2Drive:
    id: str = "uf2"

    def flash(self, image: Path, usb: UsbBoard, around: Surroundings) -> UsbBoard:
        """Into the bootloader, copy, wait. Raises ThimbleError ``no-boot-drive``, ``drive-full``,
        ``drive-gone``, ``board-not-back`` or ``which-board-came``, and as opening its serial port does."""
        newcomers = Newcomers(usb, around)
        drive = usb if usb.attachment is Attachment.BOOT_DRIVE else _boot(newcomers, around)
        _copy(image.read_bytes(), Path(drive.where), around)
        around.progress(0.95, f"Waiting for {usb.board.title} to start")
        return around.wait_for(newcomers.back, _BACK_S, _not_back(usb.board.title))


def _boot(newcomers: Newcomers, around: Surroundings) -> UsbBoard:
    """The drive that appears when the board restarts into its bootloader."""
    usb = newcomers.usb
    around.progress(0.0, f"Restarting {usb.board.title} into its bootloader")
    touch(usb.where)
    return around.wait_for(
        lambda found: newcomers.in_bootloader(found, Attachment.BOOT_DRIVE),
        _DRIVE_S,
        ThimbleError(
            "no-boot-drive",
            f"{usb.board.title} did not show its drive {usb.board.boot_drive} within {_DRIVE_S:.0f} s",
            usb.board.plug_in_help,
        ),
    )


def _copy(content: bytes, drive: Path, around: Surroundings) -> None:
    """The board restarts by itself when it has the last block: what fails after that, does not matter."""
    left = memoryview(content)
    try:
        with open(drive / _FILE, "wb", buffering=0) as file:
            while left:  # an unbuffered file may take less than it is given
                left = left[file.write(left[:_PIECE_BYTES]) :]
                os.fsync(file.fileno())
                around.progress(0.1 + 0.8 * (1 - len(left) / len(content)), f"Copying to {drive}")
    except OSError as error:
        if left:
            raise _not_copied(drive, error) from error


def _not_copied(drive: Path, error: OSError) -> ThimbleError:
    if error.errno in (errno.ENOSPC, errno.EFBIG):
        return ThimbleError(
            "drive-full",
            f"the drive {drive} has no room for the program",
            "unplug the board, plug it in with BOOTSEL held, and repeat",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ThimbleError(
            "drive-permission",
            f"you may not write to {drive}",
            "mount the drive so that you may write to it, or copy firmware.uf2 there by hand",
        )
    return ThimbleError(
        "drive-gone",
        f"the drive {drive} disappeared while the program was copied",
        "plug the board in again with BOOTSEL held, and repeat: it can always be flashed anew",
    )


def _not_back(title: str) -> ThimbleError:
    return ThimbleError(
        "board-not-back",
        f"{title} did not come back within {_BACK_S:.0f} s after it was flashed",
        "unplug it and plug it in again, then repeat",
    )
