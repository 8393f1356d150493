"""What a recipe will take on a board, in milliseconds and without TensorFlow: an estimate.

prune(Graph) → as_int8(Graph) → passes → plan, on the weights as they are before fine-tuning. Structured
pruning gives exact shapes; how many weights are zero is exact too; the scales are assumed, and no size
depends on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from codegen.as_int8 import as_int8, with_float_ends
from codegen.compiler import Compilation, compile_model
from codegen.frontends import load_graph
from codegen.graph import DType, Graph
from codegen.graph import Quantize as QuantizeOp
from codegen.options import BuildOptions
from codegen.plan import Proof
from codegen.targets.board import Board
from codegen.targets.target import WeightsIn
from core.boards.catalogue import board_named
from core.compress.clustering import cluster as find_codebooks
from core.compress.clustering import clustered_graph
from core.compress.criteria import ranked_without_data
from core.compress.elementwise import choose_masks, mask_graph
from core.compress.findings import too_many_clusters
from core.compress.structured import choose, find_groups, prune_graph
from core.errors import ThimbleError
from core.models.keras_graph import read_keras_graph
from core.recipe import Cluster, Prune, PruneKind, Quantize, QuantizeKind

_RANKED_BY_MAGNITUDE = (
    "The criterion {} needs the data: these sizes are those of a ranking by magnitude, and may differ."
)


@dataclass(frozen=True, slots=True)
class PreviewBuffer:
    """One buffer of the arena; alive from `first_step` to `last_step`, both included."""

    name: str
    offset: int
    size_bytes: int
    first_step: int
    last_step: int


@dataclass(frozen=True, slots=True)
class PreviewLayer:
    """The weights of a layer, biases aside: all of them, and those that are left. `prunable` says whether the
    recipe may name it in `[prune.layers]`."""

    name: str
    weights_before: int
    weights_left: int
    prunable: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """An estimate before the work. `parameters_fraction` is the part of all parameters that is gone
    (structured) or zero (element); `structures_fraction` the part of the filters and neurons that is gone.
    `weights_in_sram_bytes` of the SRAM hold copies of the weights: faster, and given up where space is short.
    `shared_values` is how many different weights clustering leaves, summed over the codebooks; None without.
    `arena_is_smallest` when it is proven that no arrangement of the buffers takes fewer bytes.
    """

    parameters_before: int
    parameters_after: int
    parameters_fraction: float
    structures_fraction: float
    flash_bytes: int
    flash_limit_bytes: int
    sram_bytes: int
    sram_limit_bytes: int
    weights_in_sram_bytes: int
    arena_bytes: int
    arena_lower_bound_bytes: int
    arena_is_smallest: bool
    buffers: tuple[PreviewBuffer, ...]
    fits: bool
    cycles: int
    shared_values: int | None = None
    layers: tuple[PreviewLayer, ...] = ()
    note: str = "Estimate: the model is measured again after conversion."


def preview(
    model: Path | str,
    prune: Prune | None,
    quantize: Quantize,
    board_id: str,
    cluster: Cluster | None = None,
) -> Preview:
    """Flash, SRAM and parameters of `model` after a recipe, on a board.

    `model` is a `.keras` file, or an int8 `.tflite` (then without pruning and clustering). Raises
    ThimbleError or CodegenError for what cannot be read, pruned or compiled.
    """
    board = board_named(board_id)
    before = model_graph(model)
    after = pruned_graph(before, prune)
    books = () if cluster is None else find_codebooks(after, cluster)
    after = clustered_graph(after, books)
    structures = _structures(before)
    gone = 1 - _structures(after) / structures if structures else 0.0
    zeroed = prune is not None and prune.kind is PruneKind.ELEMENT
    left = after.nonzero if zeroed else after.parameters
    estimate = _describe(before, left, gone, compile_estimate(after, quantize, board))
    estimate = replace(estimate, layers=_layers(before, after, prune))
    if cluster is not None:
        words = " ".join((estimate.note, *(found.text for found in too_many_clusters(cluster))))
        estimate = replace(estimate, shared_values=sum(book.values_in_use for book in books), note=words)
    if prune is None or ranked_without_data(prune) is prune:
        return estimate
    return replace(estimate, note=f"{estimate.note} {_RANKED_BY_MAGNITUDE.format(prune.criterion.value)}")


def compile_estimate(
    graph: Graph, quantize: Quantize, board: Board, options: BuildOptions | None = None
) -> Compilation:
    """The graph compiled for a board; a float graph as the int8 graph that it will become.

    uint8 is computed as int8 between floats, as its ONNX file has it; float16 and dynamic-range files are
    computed with floats on a board.
    """
    if is_float(graph):
        if quantize.kind in (QuantizeKind.INT8, QuantizeKind.UINT8):
            graph = as_int8(graph)
        if quantize.kind is QuantizeKind.UINT8:
            graph = with_float_ends(graph)
    return compile_model(graph, board, options)


def is_float(graph: Graph) -> bool:
    """Whether the network computes with floats, and not only at its ends, as quantized ONNX files do."""
    ends_in_floats = graph.tensors[graph.inputs[0]].dtype is DType.FLOAT32
    return ends_in_floats and not any(isinstance(op, QuantizeOp) for op in graph.ops)


def model_graph(model: Path | str) -> Graph:
    """The Graph of a `.keras` or `.tflite` file; read once as long as the file stays as it is."""
    path = Path(model)
    if not path.is_file():
        raise ThimbleError("missing-file", f"there is no file {path}", "check the path")
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, modified_ns: int, size_bytes: int) -> Graph:
    return read_keras_graph(path) if path.suffix.lower() == ".keras" else load_graph(path)


def pruned_graph(graph: Graph, prune: Prune | None) -> Graph:
    """The graph after pruning in one step, ranked by magnitude where the criterion needs data.

    Raises ThimbleError for targets out of reach, and ``needs-data`` for a threshold on scores that only the
    data give.
    """
    if prune is None:
        return graph
    if not is_float(graph):
        raise ThimbleError(
            "not-prunable", "a TFLite model cannot be pruned", "open the Keras model it came from"
        )
    if prune.threshold is not None and ranked_without_data(prune) is not prune:
        raise ThimbleError(
            "needs-data",
            f"what a threshold on the criterion {prune.criterion.value} removes is known only with the data",
            "ask for a sparsity, or look at the result of the job",
        )
    prune = ranked_without_data(prune)
    if prune.kind is PruneKind.ELEMENT:
        return mask_graph(graph, choose_masks(graph, prune))
    return prune_graph(graph, choose(graph, prune))


def _layers(before: Graph, after: Graph, prune: Prune | None) -> tuple[PreviewLayer, ...]:
    """Each layer with weights, in the order of the model."""
    left = {op.name: weight for op in after.ops if (weight := after.weight(op)) is not None}
    weights = {op.name: weight for op in before.ops if (weight := before.weight(op)) is not None}
    may = set[str]() if prune is None else _PRUNABLE[prune.kind](before)
    return tuple(
        PreviewLayer(name, weight.elements, int(np.count_nonzero(np.asarray(left[name].data))), name in may)
        for name, weight in weights.items()
    )


#: The layers that may be given a share of their own, by the kind of pruning.
_PRUNABLE: dict[PruneKind, Callable[[Graph], set[str]]] = {
    PruneKind.STRUCTURED: lambda graph: {layer for group in find_groups(graph) for layer in group.layers},
    PruneKind.ELEMENT: lambda graph: {op.name for op in graph.ops if graph.weight(op) is not None},
}


def _structures(graph: Graph) -> int:
    return sum(group.channels for group in find_groups(graph))


def _describe(before: Graph, left: int, structures_gone: float, compiled: Compilation) -> Preview:
    plan, board = compiled.plan, compiled.board
    tensors = compiled.plan_json()["arena"]["tensors"]
    return Preview(
        parameters_before=before.parameters,
        parameters_after=left,
        parameters_fraction=1 - left / max(before.parameters, 1),
        structures_fraction=structures_gone,
        flash_bytes=plan.flash.total_bytes,
        flash_limit_bytes=board.flash_bytes,
        sram_bytes=plan.sram.total_bytes,
        sram_limit_bytes=board.sram_bytes,
        weights_in_sram_bytes=plan.flash.weights_bytes if compiled.weights_in is WeightsIn.RAM else 0,
        arena_bytes=plan.arena.arena_bytes,
        arena_lower_bound_bytes=plan.arena.lower_bound_bytes,
        arena_is_smallest=plan.arena.proof is not Proof.NONE,
        buffers=tuple(
            PreviewBuffer(t["name"], t["offset"], t["bytes"], t["first"], t["last"]) for t in tensors
        ),
        fits=not plan.overflows(board),
        cycles=int(np.sum([layer.cycles for layer in compiled.layers])),
    )
