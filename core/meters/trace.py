"""A recording in a few hundred points, for reports."""

from __future__ import annotations

import math
from typing import Any

from core.meters.integrate import pulses_of
from core.meters.recording import Recording
from core.meters.stream import extents

_PIECES = 400
#: More could not be told apart in a picture.
_PULSES = 60


def trace_of(recording: Recording) -> dict[str, Any] | None:
    """JSON: ``piece_s``, the duration of a piece; ``min_w``, ``mean_w`` and ``max_w`` of each, None where all
    its samples were lost; ``pulses`` of the marker as [from, to] in seconds. None where there is nothing."""
    count = len(recording.power_w)
    if not count:
        return None
    length = max(-(-count // _PIECES), 1)
    low, mean, high = extents(recording.power_w, length).tolist()
    pulses = [] if recording.marker is None else pulses_of(recording.marker)
    return {
        "piece_s": length * recording.period_s,
        "duration_s": recording.duration_s,
        "min_w": _json(low),
        "mean_w": _json(mean),
        "max_w": _json(high),
        "pulses": [[p.begin * recording.period_s, p.end * recording.period_s] for p in pulses[:_PULSES]],
    }


def _json(values: list[float]) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.6g}") for value in values]
