"""Automated gradual pruning (Zhu & Gupta 2017, To prune, or not to prune, section 3)."""

from __future__ import annotations


class Agp:
    """s_t = s_f + (s_i − s_f)(1 − (t − t0)/(nΔt))³ at t = t0 + Δt … t0 + nΔt."""

    about = "in large steps first, then in smaller and smaller ones"

    def amounts(self, initial: float, final: float, steps: int) -> tuple[float, ...]:
        return tuple(final + (initial - final) * (1.0 - step / steps) ** 3 for step in range(1, steps + 1))
