"""What a CPU counted during a series of inferences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RunCounts:
    """One entry an inference, without the connection to the board; None where nobody counts.

    `xip_cycles` are beside `cycles`: what the CPU waited for a flash chip that it computes from.
    `stack_bytes` is the most that was ever used of the stack. `undisturbed`: no interrupt could lengthen the
    last inference. `protocol_bytes` is what the connection carried for one inference beside its input and
    output, the mean of the series: frames, acknowledgements, counts, repetitions.
    """

    cycles: tuple[int, ...] | None = None
    instructions: tuple[int, ...] | None = None
    xip_cycles: tuple[int, ...] | None = None
    stack_bytes: int | None = None
    undisturbed: bool | None = None
    protocol_bytes: int | None = None

    def to_json(self) -> dict[str, Any]:
        """In the names of ``thimble bench --json`` and ``thimble run --json``."""
        return {
            "cycles": None if self.cycles is None else list(self.cycles),
            "instructions": None if self.instructions is None else list(self.instructions),
            "xip_cycles": None if self.xip_cycles is None else list(self.xip_cycles),
            "stack_bytes": self.stack_bytes,
            "undisturbed": self.undisturbed,
            "protocol_bytes": self.protocol_bytes,
        }


NO_COUNTS = RunCounts()
