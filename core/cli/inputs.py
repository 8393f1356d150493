"""What a model is run on: the data that were named, or random samples."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.options import data_options

if TYPE_CHECKING:
    from codegen.graph import Graph


def sample_params(arguments: Namespace, folder: Path, graph: Graph, runs: int) -> dict[str, Any]:
    """For the tasks that run a model; random samples are written into `folder`."""
    if not arguments.data:
        return {"input": str(_random_samples(folder, graph, runs))}
    return {"data": arguments.data, "options": data_options(arguments), "made_from": arguments.model}


def _random_samples(folder: Path, graph: Graph, count: int) -> Path:
    """Samples in the layout of the model's file, always the same ones: over the whole range of integers, or
    normally distributed floats."""
    import numpy as np

    draw = np.random.default_rng(0)
    path = folder / "samples.npy"
    shape = (count, *graph.file_shape(graph.inputs[0])[1:])
    dtype = graph.tensors[graph.inputs[0]].dtype.numpy
    if dtype.kind == "f":
        np.save(path, draw.standard_normal(shape, np.float32))
    else:
        limits = np.iinfo(dtype)
        np.save(path, draw.integers(limits.min, limits.max, shape, dtype, endpoint=True))
    return path
