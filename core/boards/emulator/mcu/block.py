"""What a straight run of instructions costs: the values that every CPU's decoder gives."""

from __future__ import annotations

from dataclasses import dataclass


class UndefinedInstructionError(Exception):
    """There is no such instruction on this CPU. `address` is where it lies."""

    def __init__(self, address: int) -> None:
        super().__init__(f"undefined instruction at 0x{address:08x}")
        self.address = address


@dataclass(frozen=True, slots=True)
class BlockCost:
    """A straight run of instructions.

    `cycles` are without the `taken_cycles` that the conditional branch at its end costs when it is taken;
    those are 0 where no conditional branch ends it. `uses_fpu`: one of them needs the floating-point unit.
    """

    instructions: int
    cycles: int
    taken_cycles: int
    uses_fpu: bool = False
