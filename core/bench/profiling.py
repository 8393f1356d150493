"""What each layer takes: a profiling build of the program, run beside the series."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.compiler import Compilation
from codegen.emit.profiling import profiled_layers
from codegen.errors import CodegenError
from codegen.firmware import FirmwareImage, build_firmware
from core.bench.profile import LayerCycles, Profile
from core.bench.source import Source
from core.boards.protocol import Counts
from core.boards.session import ANYWHERE, Image, Placed, as_bytes, open_board
from core.errors import ThimbleError

Array = npt.NDArray[Any]

#: The first warms up the caches of the flash; data may change the cycles of what follows, so it is a mean.
PROFILE_RUNS = 5


def build_profiling(compilation: Compilation, folder: Path, cache: Path | None) -> FirmwareImage:
    """The same program, but that it counts each layer apart. Raises CodegenError, also ``no-profile``."""
    options = replace(compilation.options, profile=True)
    try:
        return build_firmware(replace(compilation, options=options), folder, cache)
    except CodegenError as error:
        if error.code != "does-not-fit":
            raise
        raise CodegenError(
            "no-profile",
            "the program that counts each layer, a little larger than the ordinary one, does not fit on "
            + compilation.board.title,
            "leave the profile out, or make the model smaller",
        ) from error


def profile_layers(
    image: Image,
    compilation: Compilation,
    x: Array,
    on_run: Callable[[int], None] | None = None,
    placed: Placed = ANYWHERE,
) -> Profile:
    """Runs samples of `x` on the board of the compilation, where the profiling build `image` is.

    `x` is ``[samples, …]`` in the model's own input type. `on_run` is called with the number of inferences
    that are done; what it raises ends it. Raises ThimbleError.
    """
    board = compilation.board
    counted: list[tuple[Counts, ...]] = []
    with open_board(image, board, placed) as runner:
        samples = as_bytes(x[np.arange(PROFILE_RUNS) % len(x)], runner.input_bytes)
        for number, sample in enumerate(samples, start=1):
            runner.infer(sample)
            counted.append(runner.layer_counts())
            if on_run is not None:
                on_run(number)
        timing = Source.ESTIMATED if runner.estimated else Source.MEASURED
    return Profile(timing, PROFILE_RUNS - 1, _averaged(compilation, counted[1:]))


def _averaged(compilation: Compilation, counted: list[tuple[Counts, ...]]) -> tuple[LayerCycles, ...]:
    layers = profiled_layers(compilation.layers)
    if any(len(counts) != len(layers) for counts in counted):
        raise ThimbleError(
            "wrong-program", "the board's program counts other layers than this network's", "run it again"
        )
    columns = list(zip(*counted, strict=True))
    cycles = [_mean([counts.cycles for counts in column]) or 0.0 for column in columns]
    waits = [_mean([counts.wait_cycles for counts in column]) for column in columns]
    total = sum(cycles) + sum(wait or 0.0 for wait in waits)
    return tuple(
        LayerCycles(
            name=layer.op.name,
            op=layer.op.kind,
            cycles=round(own),
            xip_cycles=None if wait is None else round(wait),
            share=(own + (wait or 0.0)) / total,
            predicted_cycles=layer.cycles,
        )
        for layer, own, wait in zip(layers, cycles, waits, strict=True)
    )


def _mean(counts: list[int | None]) -> float | None:
    """None where the board does not count it."""
    known = [count for count in counts if count is not None]
    return statistics.fmean(known) if known else None
