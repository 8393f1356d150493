"""What putting a program on a board means for the one that was there."""

from __future__ import annotations

from enum import Enum


class Put(Enum):
    """How a board came to run the program."""

    #: Nothing was written.
    RAN_ALREADY = "ran-already"
    #: Over another program of Thimble's.
    FLASHED = "flashed"
    #: Over a program of somebody else.
    REPLACED_OTHER = "replaced-other"
    #: Over whatever was there: a board in its bootloader does not tell.
    REPLACED_UNKNOWN = "replaced-unknown"
