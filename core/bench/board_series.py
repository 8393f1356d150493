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
from core.bench.windows import OnWindow, WindowPlan, run_windows
from core.boards.agreement import Agreement, same_bytes
from core.boards.session import (
    ANYWHERE,
    Image,
    OnInference,
    Placed,
    Runner,
    as_bytes,
    open_board,
    run_series,
)

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
    windows: WindowPlan | None = None,
    on_window: OnWindow | None = None,
) -> BoardSeries:
    """`runs` inferences over the samples of `x`, again from the first when there are fewer.

    `x` is ``[samples, …]`` in the model's own input type, `reference_outputs` ``[samples, …]`` what the
    reference gives for it: `agree` says when the board's outputs are `verified`, by default when every
    byte is that of the reference. `placed` says where a board on USB is, `facts` what else the result tells.
    Windows, where they are asked for, follow the series, which warms them up; their outputs must be those of
    the series. Raises ThimbleError.
    """
    check_runs(runs)
    order = np.arange(runs) % len(x)
    with open_board(image, board, placed) as runner:
        result = run_series(runner, x[order], on_inference)
        repetition = _Repetition(runner, x[:runs], result.outputs)
        in_windows = None if windows is None else run_windows(repetition.infer, windows, runs, on_window)
    first_s = result.startup_s + result.latencies_s[0]
    series = Series((first_s, *result.latencies_s[1:]))
    measurement = Measurement(
        board=board.id,
        engine=ENGINE,
        series=series,
        timing=Source.ESTIMATED if result.estimated else Source.MEASURED,
        energy=estimate_energy(board, series.mean_s),
        verified=_agrees(result.outputs, reference_outputs[order], agree) and not repetition.differs,
        agreement=agree.rule_for(reference_outputs[order]),
        counts=result.counts,
        facts=facts,
        windows=in_windows,
        startup_s=result.startup_s,
    )
    return BoardSeries(measurement, result.outputs)


class _Repetition:
    """The samples of a series again and again; `differs`: an output was not the one before."""

    def __init__(self, runner: Runner, x: Array, outputs: Array) -> None:
        self._runner = runner
        self._samples = as_bytes(x, runner.input_bytes)
        self._outputs = [output.tobytes() for output in outputs[: len(x)]]
        self.differs = False

    def infer(self, number: int) -> float:
        place = number % len(self._samples)
        answer = self._runner.infer(self._samples[place])
        self.differs = self.differs or answer.output != self._outputs[place]
        return answer.latency_s


def _agrees(outputs: Array, reference: Array, agree: Agreement) -> bool:
    """`outputs` are bytes, ``[samples, output_bytes]``."""
    given = np.ascontiguousarray(outputs).view(reference.dtype)
    return given.size == reference.size and agree(given.reshape(reference.shape), reference)
