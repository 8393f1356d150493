"""The Pi among the boards."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from codegen.targets.board import Board, read_board
from core.bench import Energy, estimate_energy

PI = "pi"
#: The model that the published power is of.
_PROFILED = "Raspberry Pi 4 Model B"


@cache
def pi_board() -> Board:
    """Its title and power; code is never built for it."""
    return read_board(Path(__file__).with_name("pi.toml"))


def estimated_energy(model: str, latency_s: float) -> Energy | None:
    """Latency × published power of the Pi that calls itself `model`; None where nothing was published."""
    return estimate_energy(pi_board(), latency_s) if _PROFILED in model else None
