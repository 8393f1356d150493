"""Repeated inference: latency, energy, and whether every output is right.

The values (`Series`, `Energy`, `Measurement`) know of no board and no connection: whatever runs a model, a
microcontroller, this computer or a Raspberry Pi, gives them. `bench` measures a board.
"""

from core.bench.board_series import BoardSeries, bench
from core.bench.energy import Energy, Sync, estimate_energy
from core.bench.facts import NO_FACTS, Facts
from core.bench.measurement import Measurement, Timed
from core.bench.series import LEAST_RUNS, Series, check_runs
from core.bench.source import Source
from core.boards.counts import NO_COUNTS, RunCounts

__all__ = [
    "LEAST_RUNS",
    "NO_COUNTS",
    "NO_FACTS",
    "BoardSeries",
    "Energy",
    "Facts",
    "Measurement",
    "RunCounts",
    "Series",
    "Source",
    "Sync",
    "Timed",
    "bench",
    "check_runs",
    "estimate_energy",
]
