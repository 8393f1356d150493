"""No meter: the board's published power times the latency, which is an estimate (`core.bench.energy`)."""

from __future__ import annotations

from dataclasses import dataclass

from core.meters.base import MeterKind, nothing_to_find


@dataclass(frozen=True, slots=True)
class EstimateOptions:
    """There are none."""


ESTIMATE = MeterKind(
    id="estimate",
    title="Estimate",
    about="no meter: the board's published power times the latency; what is done without --meter",
    options=EstimateOptions,
    target="",
    connect=None,
    find=nothing_to_find,
)
