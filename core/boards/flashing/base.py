"""What a flasher is, and what it has around it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from core.boards.usb_ports import UsbBoard, find_usb_boards
from core.errors import ThimbleError

_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a flasher sees and tells; tests bring their own.

    `progress` takes the part done, 0…1, and what is being done; `log` what a person has to know. While `find`
    does not show what is waited for, `sleep` passes the time that `clock` tells (seconds).

    Boards of one kind look alike in their bootloaders, so each is flashed `alone`: no other one goes or comes
    by our doing meanwhile.
    """

    progress: Callable[[float, str], None] = field(default=lambda part, text: None)
    find: Callable[[], tuple[UsbBoard, ...]] = find_usb_boards
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    alone: Callable[[], AbstractContextManager[object]] = nullcontext
    log: Callable[[str], None] = field(default=lambda text: None)

    def wait_for(
        self,
        choose: Callable[[tuple[UsbBoard, ...]], UsbBoard | None],
        timeout_s: float,
        otherwise: ThimbleError,
    ) -> UsbBoard:
        """What `choose` takes of the boards that are there. Raises `otherwise` when it takes none in time."""
        deadline = self.clock() + timeout_s
        while True:
            found = choose(self.find())
            if found is not None:
                return found
            if self.clock() >= deadline:
                raise otherwise
            self.sleep(_LOOK_EVERY_S)


class Flasher(Protocol):
    """Puts an image on a board."""

    @property
    def id(self) -> str:
        """As in the boards' TOML files."""

    def flash(self, image: Path, usb: UsbBoard, around: Surroundings) -> UsbBoard:
        """Write the image and wait until the program runs. Returns the board as it shows up then.

        Raises ThimbleError. A board that was cut off can be flashed again.
        """
