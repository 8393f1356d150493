"""The CPUs that can be emulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from unicorn import arm_const

from .block import BlockCost
from .cortex_m0plus import block_cost as cortex_m0plus_block_cost
from .cortex_m4f import CortexM4F, needs_alignment

#: The cost of the block whose bytes and address are given. Raises UndefinedInstructionError.
BlockCosts = Callable[[bytes, int], BlockCost]


@dataclass(frozen=True, slots=True)
class Cpu:
    """`model` is unicorn's; `costs` makes the decoder of one machine; `has_fpu`: one that starts off.

    `needs_alignment` tells of an instruction, given its bytes and perhaps some after it, whether it faults
    at an unaligned address.
    """

    model: int
    costs: Callable[[], BlockCosts]
    has_fpu: bool
    needs_alignment: Callable[[bytes], bool]


CPUS: MappingProxyType[str, Cpu] = MappingProxyType(
    {
        # unicorn has no model of the Cortex-M0+; the Cortex-M0 executes the same instructions.
        "cortex-m0plus": Cpu(
            model=arm_const.UC_CPU_ARM_CORTEX_M0,
            costs=lambda: cortex_m0plus_block_cost,
            has_fpu=False,
            needs_alignment=lambda code: True,
        ),
        "cortex-m4f": Cpu(
            model=arm_const.UC_CPU_ARM_CORTEX_M4,
            costs=lambda: CortexM4F().block_cost,
            has_fpu=True,
            needs_alignment=needs_alignment,
        ),
    }
)
