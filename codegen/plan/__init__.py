"""Where everything lies: lifetimes of tensors, addresses in the arena, use of flash and SRAM."""

from codegen.plan.arena import PLANNERS, ArenaPlan, plan_arena
from codegen.plan.lifetimes import Buffer, buffers_of, lower_bound_bytes
from codegen.plan.memory import FlashUse, MemoryPlan, Overflow, SramUse
from codegen.plan.placement import Placement
from codegen.plan.scratch import scratch_limits_bytes, scratch_name

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
    "scratch_limits_bytes",
    "scratch_name",
]
