"""A recording in a few hundred points, for reports."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.meters.recording import Recording
from core.meters.stream import BLOCK
from core.meters.sums import Floats, grouped
from core.meters.surveying import survey

_PIECES = 400
#: More could not be told apart in a picture.
_PULSES = 60
_ROWS = {"min": "low", "mean": "mean", "max": "high"}


def trace_of(recording: Recording) -> dict[str, Any] | None:
    """JSON: ``piece_s``, the duration of a piece; ``min_w``, ``mean_w`` and ``max_w`` of each, None where all
    its samples were lost; ``pulses`` of the marker as [from, to] in seconds. None where there is nothing."""
    if not recording.count:
        return None
    length = max(-(-recording.count // _PIECES), 1)
    whole_pieces = max(BLOCK // length, 1) * length
    blocks = recording.blocks(whole_pieces)
    rows = np.concatenate([grouped(block["power_w"], length) for block in blocks])
    known, period_s = rows["known"] > 0, recording.period_s
    told = {f"{name}_w": _json(np.where(known, rows[row], np.nan)) for name, row in _ROWS.items()}
    pulses = survey(recording).pulses[:_PULSES]
    begin = recording.begin
    return {
        "piece_s": length * period_s,
        "duration_s": recording.duration_s,
        **told,
        "pulses": [[(p.begin - begin) * period_s, (p.end - begin) * period_s] for p in pulses],
    }


def _json(values: Floats) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.6g}") for value in values.tolist()]
