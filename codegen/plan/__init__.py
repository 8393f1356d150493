"""Where everything lies: lifetimes of tensors, addresses in the arena, use of flash and SRAM."""

from codegen.plan.arena import PLANNERS, ArenaPlan, Placement, plan_arena
from codegen.plan.lifetimes import Buffer, buffers_of, lower_bound_bytes
from codegen.plan.memory import FlashUse, MemoryPlan, Overflow, SramUse

__all__ = [
    "PLANNERS",
    "ArenaPlan",
    "Buffer",
    "FlashUse",
    "MemoryPlan",
    "Overflow",
    "Placement",
    "SramUse",
    "buffers_of",
    "lower_bound_bytes",
    "plan_arena",
]
