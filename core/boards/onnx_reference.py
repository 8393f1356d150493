"""What ONNX Runtime computes of an `.onnx` file: the truth that boards are compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.runners.onnx import OnnxSession


def onnx_outputs(
    path: Path | str,
    graph: Graph,
    x: npt.NDArray[Any],
    on_sample: Callable[[int], None] | None = None,
) -> npt.NDArray[Any]:
    """The model's output for each sample, without ONNX Runtime's graph optimizations.

    `graph` is what was read of the file; `x` and the result are ``[samples, …]`` in the layout of its ends.
    `on_sample` is called with the index of each sample when it is done; what it raises ends the work.
    Raises ThimbleError ``reference-failed``.
    """
    session = OnnxSession(path, graph)
    outputs = []
    for index, sample in enumerate(x):
        outputs.append(session.run(sample[None])[0])
        if on_sample is not None:
            on_sample(index)
    return np.stack(outputs)
