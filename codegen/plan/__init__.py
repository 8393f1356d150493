"""Where everything lies: lifetimes of tensors, addresses in the arena, use of flash and SRAM."""

from codegen.plan.arena import DEFAULT_PLANNER, PLANNERS, ArenaPlan, Proof, plan_arena
from codegen.plan.lifetimes import Buffer, buffers_of, lower_bound_bytes
from codegen.plan.memory import FlashUse, MemoryPlan, Overflow, SramUse
from codegen.plan.order import in_lowest_order
from codegen.plan.placement import Placement
from codegen.plan.scratch import scratch_limits_bytes, scratch_name

__all__ = [
    "DEFAULT_PLANNER",
    "PLANNERS",
    "ArenaPlan",
    "Buffer",
    "FlashUse",
    "MemoryPlan",
    "Overflow",
    "Placement",
    "Proof",
    "SramUse",
    "buffers_of",
    "in_lowest_order",
    "lower_bound_bytes",
    "plan_arena",
    "scratch_limits_bytes",
    "scratch_name",
]
