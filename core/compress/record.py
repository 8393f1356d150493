"""What `run.json` says about a run, apart from where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from codegen.graph import Graph, Op, macs
from core.compress.quantizers import TFLITE
from core.data import DataSet
from core.data.preprocessing import Preprocessing
from core.evaluate import Evaluation, gzip_bytes
from core.models.stored_layers import StoredLayer, read_stored_layers
from core.recipe import Recipe
from core.recipe_toml import recipe_to_dict

KERAS = "model.keras"
#: What computes the numbers of a run.
_TOOLS = ("tensorflow", "keras", "numpy", "ai-edge-litert", "onnxruntime")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Graphs, parameters by layer and evaluations before and after; `history` has one entry an epoch.

    The parameters are Keras' own count: a Graph gives layers without a bias one of zeros.
    """

    original: Graph
    compressed: Graph
    parameters_before: Mapping[str, int]
    parameters_after: Mapping[str, int]
    before: Evaluation
    after: Evaluation
    history: Sequence[dict[str, Any]]


def describe(recipe: Recipe, outcome: Outcome, data: DataSet, deployed: Path) -> dict[str, Any]:
    """The fields of ``compress --json`` and, for reports, `deployed`, `evaluation`, `confusion`, `history`,
    `tools`.

    `deployed` is the file that boards get; model.keras and model.tflite lie beside it. Accuracy after,
    nonzero, unique and each layer's sparsity are of that file; unique and sparsity count weights, nonzero
    counts biases too.
    """
    stored = _stored_layers(outcome.compressed, deployed)
    tflite = deployed.with_name(TFLITE)
    return {
        "deployed": deployed.name,
        "recipe": recipe_to_dict(recipe),
        "accuracy": {"before": outcome.before.accuracy, "after": outcome.after.accuracy},
        "parameters": {
            "before": sum(outcome.parameters_before.values()),
            "after": sum(outcome.parameters_after.values()),
            "nonzero": sum(layer.nonzero for layer in stored.values()),
            "unique": sum(layer.unique for layer in stored.values()),
        },
        "macs": {"before": _all_macs(outcome.original), "after": _all_macs(outcome.compressed)},
        "size_bytes": {
            "keras": deployed.with_name(KERAS).stat().st_size,
            "tflite": tflite.stat().st_size,
            "tflite_gzip": gzip_bytes(tflite),
        },
        "layers": list(_layers(outcome, stored)),
        "evaluation": {"before": outcome.before.to_dict(), "after": outcome.after.to_dict()},
        "confusion": {
            "classes": list(data.class_names),
            "before": [list(row) for row in outcome.before.confusion],
            "after": [list(row) for row in outcome.after.confusion],
        },
        "history": list(outcome.history),
        "input_range": data.input_range,
        "preprocessing": Preprocessing.of(data).to_dict(),
        "tools": {name: version(name) for name in _TOOLS},
    }


def _weighted(graph: Graph) -> list[Op]:
    return [op for op in graph.ops if graph.weight(op) is not None]


def _all_macs(graph: Graph) -> int:
    return sum(macs(graph, op) for op in graph.ops)


def _stored_layers(graph: Graph, deployed: Path) -> dict[str, StoredLayer]:
    """The layers of the file by name; where the file does not tell names, by their order."""
    ops, stored = _weighted(graph), read_stored_layers(deployed)
    named = {layer.name: layer for layer in stored}
    if not named.keys() >= {op.name for op in ops}:
        named = {op.name: layer for op, layer in zip(ops, stored, strict=False)}
    sizes = {op.name: graph.tensors[op.inputs[1]].elements for op in ops}
    if sizes != {name: named[name].kernel.size for name in sizes if name in named}:
        raise RuntimeError(f"the layers of {deployed.name} are not those of the model it was made from")
    return {name: named[name] for name in sizes}


def _layers(outcome: Outcome, stored: dict[str, StoredLayer]) -> Iterator[dict[str, Any]]:
    for op in _weighted(outcome.original):
        # A separable convolution is two operators; Keras counts its parameters under the second one's name.
        yield {
            "name": op.name,
            "params_before": outcome.parameters_before.get(op.name, 0),
            "params_after": outcome.parameters_after.get(op.name, 0),
            "sparsity": stored[op.name].sparsity,
            "unique": stored[op.name].unique,
        }
