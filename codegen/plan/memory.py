"""The whole memory of a board: what the image takes of flash and SRAM."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from codegen.plan.arena import ArenaPlan
from codegen.targets.board import Board


class Memory(Enum):
    FLASH = "flash"
    SRAM = "sram"


@dataclass(frozen=True, slots=True)
class FlashUse:
    """`weights` with biases and requantization tables; `code` is all the rest of the image."""

    weights_bytes: int
    code_bytes: int

    @property
    def total_bytes(self) -> int:
        return self.weights_bytes + self.code_bytes


@dataclass(frozen=True, slots=True)
class SramUse:
    """`static` is the firmware's own data and whatever is copied to RAM at start (code, weights)."""

    arena_bytes: int
    scratch_bytes: int
    static_bytes: int
    stack_bytes: int

    @property
    def total_bytes(self) -> int:
        return self.arena_bytes + self.scratch_bytes + self.static_bytes + self.stack_bytes


@dataclass(frozen=True, slots=True)
class Overflow:
    memory: Memory
    over_bytes: int


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """What the image will take, predicted before anything is compiled."""

    arena: ArenaPlan
    flash: FlashUse
    sram: SramUse

    def overflows(self, board: Board) -> tuple[Overflow, ...]:
        """What does not fit on `board`, and by how much. Empty when all fits."""
        over = (
            Overflow(Memory.FLASH, self.flash.total_bytes - board.flash_bytes),
            Overflow(Memory.SRAM, self.sram.total_bytes - board.sram_bytes),
        )
        return tuple(o for o in over if o.over_bytes > 0)
