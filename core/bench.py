"""Repeated inference on a board: latency, energy, and whether every output is right."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.targets.board import Board
from core.boards.agreement import Agreement, Rule, same_bytes
from core.boards.session import ANYWHERE, Image, OnInference, Placed, RunResult, run_samples
from core.errors import ThimbleError

Array = npt.NDArray[Any]

#: The first inference warms up; statistics are over the others.
LEAST_RUNS = 2


class Source(Enum):
    """Where a figure is from. Estimates and measurements are never mixed."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Energy:
    """Of one inference at the mean latency."""

    source: Source
    power_w: float
    energy_j: float


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """A series of inferences on one board. `times_s[0]` is `first_s`: it includes the start-up.

    `mean_s`, `std_s` (of a sample, n − 1), `stderr_s`, `median_s`, `min_s` and `max_s` are over the
    inferences from the second on. `agreement` is the rule by which the outputs are `verified`; `result` has
    the outputs and counts.
    """

    board: str
    engine: str
    times_s: tuple[float, ...]
    timing: Source
    energy: Energy | None
    verified: bool
    agreement: Rule
    result: RunResult

    @property
    def runs(self) -> int:
        return len(self.times_s)

    @property
    def first_s(self) -> float:
        return self.times_s[0]

    @property
    def _warm_s(self) -> tuple[float, ...]:
        return self.times_s[1:]

    @property
    def mean_s(self) -> float:
        return statistics.fmean(self._warm_s)

    @property
    def std_s(self) -> float:
        return statistics.stdev(self._warm_s) if len(self._warm_s) > 1 else 0.0

    @property
    def stderr_s(self) -> float:
        return self.std_s / math.sqrt(len(self._warm_s))

    @property
    def median_s(self) -> float:
        return statistics.median(self._warm_s)

    @property
    def min_s(self) -> float:
        return min(self._warm_s)

    @property
    def max_s(self) -> float:
        return max(self._warm_s)

    def to_json(self) -> dict[str, Any]:
        """The fields of ``thimble bench --json``."""
        energy = self.energy
        return {
            "board": self.board,
            "engine": self.engine,
            "runs": self.runs,
            "first_s": self.first_s,
            "mean_s": self.mean_s,
            "std_s": self.std_s,
            "stderr_s": self.stderr_s,
            "median_s": self.median_s,
            "min_s": self.min_s,
            "max_s": self.max_s,
            "timing": self.timing.value,
            "timed": "inference",
            "times_s": list(self.times_s),
            "energy": energy
            and {"source": energy.source.value, "power_w": energy.power_w, "energy_j": energy.energy_j},
            "verified": self.verified,
            "agreement": self.agreement.value,
            **{k: v for k, v in self.result.to_json().items() if k != "samples"},
        }


def check_runs(runs: int) -> None:
    """Raises ThimbleError ``too-few-runs``; call it before anything is built."""
    if runs < LEAST_RUNS:
        raise ThimbleError(
            "too-few-runs",
            f"{runs} inferences are too few: the first one only warms up",
            f"ask for at least {LEAST_RUNS}",
        )


def bench(
    image: Image,
    board: Board,
    x: Array,
    reference_outputs: Array,
    runs: int,
    on_inference: OnInference | None = None,
    agree: Agreement = same_bytes,
    placed: Placed = ANYWHERE,
) -> Measurement:
    """`runs` inferences over the samples of `x`, again from the first when there are fewer.

    `x` is ``[samples, …]`` in the model's own input type, `reference_outputs` ``[samples, …]`` what the
    reference gives for it: `agree` says when the board's outputs are `verified`, by default when every
    byte is that of the reference. `placed` says where a board on USB is.
    Raises ThimbleError.
    """
    check_runs(runs)
    order = np.arange(runs) % len(x)
    result = run_samples(image, board, x[order], on_inference, placed)
    first_s = result.startup_s + result.latencies_s[0]
    times_s = (first_s, *result.latencies_s[1:])
    return Measurement(
        board=board.id,
        engine="thimble-c",
        times_s=times_s,
        timing=Source.ESTIMATED if result.estimated else Source.MEASURED,
        energy=estimate_energy(board, statistics.fmean(times_s[1:])),
        verified=_agrees(result.outputs, reference_outputs[order], agree),
        agreement=agree.rule,
        result=result,
    )


def _agrees(outputs: Array, reference: Array, agree: Agreement) -> bool:
    """`outputs` are bytes, ``[samples, output_bytes]``."""
    given = np.ascontiguousarray(outputs).view(reference.dtype)
    return given.size == reference.size and agree(given.reshape(reference.shape), reference)


def estimate_energy(board: Board, latency_s: float) -> Energy | None:
    """Latency × the board's published power; None where no power is known."""
    profile = board.power_profile
    if profile is None:
        return None
    return Energy(Source.ESTIMATED, profile.active_w, profile.active_w * latency_s)
