"""A series of inferences on a board that runs the generated C."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.targets.board import Board
from core.bench.energy import estimate_energy
from core.bench.facts import NO_FACTS, Facts
from core.bench.measurement import Measurement
from core.bench.series import Series, check_runs
from core.bench.source import Source
from core.boards.agreement import Agreement, same_bytes
from core.boards.session import ANYWHERE, Image, OnInference, Placed, run_samples

Array = npt.NDArray[Any]

ENGINE = "thimble-c"


@dataclass(frozen=True, slots=True, eq=False)
class BoardSeries:
    """A measurement and the outputs that it is of: int8 ``[runs, output_bytes]``."""

    measurement: Measurement
    outputs: npt.NDArray[np.int8]


def bench(
    image: Image,
    board: Board,
    x: Array,
    reference_outputs: Array,
    runs: int,
    on_inference: OnInference | None = None,
    agree: Agreement = same_bytes,
    placed: Placed = ANYWHERE,
    facts: Facts = NO_FACTS,
) -> BoardSeries:
    """`runs` inferences over the samples of `x`, again from the first when there are fewer.

    `x` is ``[samples, …]`` in the model's own input type, `reference_outputs` ``[samples, …]`` what the
    reference gives for it: `agree` says when the board's outputs are `verified`, by default when every
    byte is that of the reference. `placed` says where a board on USB is, `facts` what else the result tells.
    Raises ThimbleError.
    """
    check_runs(runs)
    order = np.arange(runs) % len(x)
    result = run_samples(image, board, x[order], on_inference, placed)
    first_s = result.startup_s + result.latencies_s[0]
    series = Series((first_s, *result.latencies_s[1:]))
    measurement = Measurement(
        board=board.id,
        engine=ENGINE,
        series=series,
        timing=Source.ESTIMATED if result.estimated else Source.MEASURED,
        energy=estimate_energy(board, series.mean_s),
        verified=_agrees(result.outputs, reference_outputs[order], agree),
        agreement=agree.rule,
        counts=result.counts,
        facts=facts,
    )
    return BoardSeries(measurement, result.outputs)


def _agrees(outputs: Array, reference: Array, agree: Agreement) -> bool:
    """`outputs` are bytes, ``[samples, output_bytes]``."""
    given = np.ascontiguousarray(outputs).view(reference.dtype)
    return given.size == reference.size and agree(given.reshape(reference.shape), reference)
