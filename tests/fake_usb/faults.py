"""What may go wrong with a fake board, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from core.boards.protocol import FrameType


class Step(Enum):
    """The steps of a whole deployment, in their order."""

    ENUMERATE = "enumerate"  # the board is found, its port opened
    TOUCH = "touch"  # 1200 baud: restart into the bootloader
    BOOTLOADER = "bootloader"  # its drive or port has just appeared
    COPY = "copy"  # half of the program is there
    RESTART = "restart"  # the program is there; the board starts it
    HELLO = "hello"
    LOAD = "load"
    RUN = "run"
    READ = "read"
    COUNTERS = "counters"


STEP_OF_REQUEST = {
    FrameType.HELLO: Step.HELLO,
    FrameType.LOAD_INPUT: Step.LOAD,
    FrameType.RUN: Step.RUN,
    FrameType.READ_OUTPUT: Step.READ,
    FrameType.COUNTERS: Step.COUNTERS,
}


class Mishap(Enum):
    """What happens at the step."""

    PULL = "pull"  # the cable is pulled
    SILENCE = "silence"  # the board stops answering, and stays there
    GARBAGE = "garbage"  # noise in place of what the board sends
    TRUNCATE = "truncate"  # what it sends is cut in half
    FULL = "full"  # its drive has no room


@dataclass(frozen=True)
class Fault:
    """`mishap` at `step`: from the `after`-th time on that it is reached (0: the first), `times` times."""

    step: Step
    mishap: Mishap = Mishap.PULL
    after: int = 0
    times: int = 1
