"""What `run.json` says about a run, apart from where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from codegen.graph import Graph, Op, macs
from core.compress.findings import notes, warnings
from core.compress.footprint import Footprint
from core.compress.quantization_loss import QuantizationLoss
from core.compress.tfmot.limits import wants_tfmot
from core.data import DataSet
from core.data.preprocessing import Preprocessing
from core.evaluate import Evaluation
from core.models.stored_layers import StoredLayer, read_stored_layers
from core.recipe import Recipe
from core.recipe_toml import recipe_to_dict

#: What computes the numbers of a run.
TOOLS = ("tensorflow", "keras", "numpy", "ai-edge-litert", "onnxruntime")
#: And these where a step is the engine tfmot's.
OF_TFMOT = ("tensorflow-model-optimization", "tf-keras")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Graphs, parameters by layer, evaluations and footprints before and after; `history` has one entry an
    epoch; `loss` is None where nothing was quantized. Without data there are no evaluations.

    The parameters are Keras' own count: a Graph gives layers without a bias one of zeros.
    """

    original: Graph
    compressed: Graph
    parameters_before: Mapping[str, int]
    parameters_after: Mapping[str, int]
    before: Evaluation | None
    after: Evaluation | None
    history: Sequence[dict[str, Any]]
    loss: QuantizationLoss | None
    footprint_before: Footprint | None
    footprint_after: Footprint


def describe(recipe: Recipe, outcome: Outcome, data: DataSet, deployed: Path) -> dict[str, Any]:
    """The fields of ``compress --json`` and, for reports, `deployed`, `counts`, `footprint`,
    `quantization_loss`, `warnings`, `notes`, `evaluation`, `confusion`, `history`, `tools`.

    `deployed` is the file that boards get. Accuracy after,
    nonzero, unique and each layer's sparsity are of that file; unique and sparsity count weights, nonzero
    counts biases too.
    """
    stored = _stored_layers(outcome.compressed, deployed)
    return {
        "deployed": deployed.name,
        "recipe": recipe_to_dict(recipe),
        "accuracy": {
            "before": outcome.before.accuracy if outcome.before else None,
            "after": outcome.after.accuracy if outcome.after else None,
        },
        "parameters": {
            "before": sum(outcome.parameters_before.values()),
            "after": sum(outcome.parameters_after.values()),
            "nonzero": sum(layer.nonzero for layer in stored.values()),
            "unique": sum(layer.unique for layer in stored.values()),
        },
        "macs": {"before": _all_macs(outcome.original), "after": _all_macs(outcome.compressed)},
        "size_bytes": _size_bytes(outcome.footprint_after),
        "counts": {"before": _counts_before(outcome), "after": _counts_after(outcome, stored)},
        "footprint": {
            "before": outcome.footprint_before.to_dict() if outcome.footprint_before else None,
            "after": outcome.footprint_after.to_dict(),
        },
        "quantization_loss": outcome.loss.to_dict() if outcome.loss else None,
        "warnings": [asdict(found) for found in warnings(recipe, outcome.before, outcome.after)],
        "notes": [asdict(n) for n in notes(recipe, outcome.footprint_before, outcome.footprint_after)],
        "layers": list(_layers(outcome, stored)),
        **_tested(outcome.before, outcome.after),
        "history": list(outcome.history),
        "input_range": None if data.is_empty else data.input_range,
        "preprocessing": None if data.is_empty else Preprocessing.of(data).to_dict(),
        "tools": {name: version(name) for name in (*TOOLS, *(OF_TFMOT if wants_tfmot(recipe) else ()))},
    }


def _tested(before: Evaluation | None, after: Evaluation | None) -> dict[str, Any]:
    """Evaluations and confusion matrices; None where nothing was tested."""
    if before is None or after is None:
        return {"evaluation": None, "confusion": None}
    return {
        "evaluation": {"before": _figures(before), "after": _figures(after)},
        "confusion": {
            "classes": [each.name for each in before.per_class],
            "before": [list(row) for row in before.confusion],
            "after": [list(row) for row in after.confusion],
        },
    }


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    """Without the matrix, which stands in `confusion`."""
    found = evaluation.to_dict()
    del found["confusion"]
    return found


def _size_bytes(after: Footprint) -> dict[str, int]:
    assert after.tflite is not None  # noqa: S101 - every quantizer writes one
    return {
        "keras": after.keras.size_bytes,
        "tflite": after.tflite.size_bytes,
        "tflite_gzip": after.tflite.gzip_bytes,
        "keras_with_optimizer_gzip": after.keras_with_optimizer_gzip_bytes,
    }


def _counts_before(outcome: Outcome) -> dict[str, int]:
    """Of the original in floats."""
    kernels = [w.data for op in outcome.original.ops if (w := outcome.original.weight(op)) is not None]
    return {
        "parameters": sum(outcome.parameters_before.values()),
        "nonzero": outcome.original.nonzero,
        "unique": sum(int(np.unique(kernel).size) for kernel in kernels if kernel is not None),
        **_work(outcome.original),
    }


def _counts_after(outcome: Outcome, stored: Mapping[str, StoredLayer]) -> dict[str, int]:
    """Of the deployed file; the parameters are those of the model, zeros included."""
    return {
        "parameters": sum(outcome.parameters_after.values()),
        "nonzero": sum(layer.nonzero for layer in stored.values()),
        "unique": sum(layer.unique for layer in stored.values()),
        **_work(outcome.compressed),
    }


def _work(graph: Graph) -> dict[str, int]:
    """Multiply-accumulates; each is two floating-point operations. What papers call FLOPs are often MACs."""
    return {"macs": _all_macs(graph), "flops": 2 * _all_macs(graph)}


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
