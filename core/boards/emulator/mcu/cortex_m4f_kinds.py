"""What the counts of a Cortex-M4F must know of an instruction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    OTHER = auto()
    LOAD = auto()
    """A single load: right after another one it takes 1 cycle less."""
    BRANCH = auto()
    CONDITIONAL = auto()
    IT = auto()
    """Makes the 1 to 4 instructions after it conditional."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`taken_cycles` come on top when a conditional branch is taken.

    `aligned`: it accesses aligned words only (ARM DDI 0403, A3.2.1); all others also unaligned ones.
    """

    kind: Kind
    cycles: int
    taken_cycles: int = 2
    uses_fpu: bool = False
    aligned: bool = False
