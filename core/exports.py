"""Exported code, with test inputs for its examples."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from codegen.emit import EXPORTERS

if TYPE_CHECKING:
    from codegen.emit import Samples
    from codegen.graph import Graph, Tensor
    from codegen.options import BuildOptions
    from codegen.targets.board import Board

SAMPLES = 4


def export_formats() -> tuple[tuple[str, str], ...]:
    """The id and the title of each format."""
    return tuple((exporter.id, exporter.title) for exporter in EXPORTERS.values())


def export_code(
    graph: Graph,
    board: Board,
    options: BuildOptions,
    out: Path,
    format_id: str,
    name: str,
    cache: Path | None,
) -> tuple[Path, ...]:
    """Write the C of a model into `out` and return the files. `cache` keeps what the compiler makes.

    Raises CodegenError or ThimbleError: an unknown format, a board that it is not for, a folder that cannot
    be written, or a model that cannot be built or run here, where the format has an example.
    """
    from codegen.compiler import compile_model
    from codegen.emit import ExportOptions, find_exporter, write_project
    from codegen.single_ends import require_single_ends

    exporter = find_exporter(format_id)
    compilation = compile_model(graph, board, options)
    if exporter.has_example:
        require_single_ends(graph, f"the example of {exporter.title}", "generate the format c")
    samples = example_samples(graph, options, cache) if exporter.has_example else None
    return write_project(compilation, out, ExportOptions(exporter.id, name, samples))


def example_samples(graph: Graph, options: BuildOptions, cache: Path | None = None) -> Samples:
    """Random inputs, always the same, and what the portable kernels make of them on this computer.

    The example on the board then checks its own kernels, compiler and CPU against them. Integers are from the
    whole range of their type, floats from 0 to 1. Raises CodegenError or ThimbleError where the model cannot
    be built or run here.
    """
    from codegen.compiler import compile_model
    from codegen.emit import Samples
    from codegen.firmware import build_firmware
    from codegen.targets.board import find_board
    from core.boards.session import run_samples

    board = find_board("host")
    compilation = compile_model(graph, board, options)
    tensors = compilation.graph.tensors
    source, result = tensors[compilation.graph.inputs[0]], tensors[compilation.graph.outputs[0]]
    inputs = _random(source)
    with tempfile.TemporaryDirectory() as folder:
        image = build_firmware(compilation, folder, cache)
        outputs = run_samples(image, board, inputs).outputs
    return Samples(inputs, np.ascontiguousarray(outputs).view(result.dtype.numpy))


def _random(tensor: Tensor) -> npt.NDArray[Any]:
    rng, shape, dtype = np.random.default_rng(0), (SAMPLES, tensor.elements), tensor.dtype.numpy
    if dtype.kind == "f":
        return rng.random(shape, dtype=np.float32)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)
