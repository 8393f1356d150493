"""Where a figure is from."""

from __future__ import annotations

from enum import Enum


class Source(Enum):
    """Estimates and measurements are never mixed."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
