"""The ranges of a trained simulation by the tensors of its float model's ONNX file. For worker processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from onnx import ModelProto

from core.compress.qat.simulation import Simulation
from core.compress.quantizers.ranges import Ranges
from core.models.onnx_export import SLASH


def trained_ranges(model: ModelProto, results: Sequence[str], simulation: Simulation) -> Ranges:
    """Smallest and largest value of those tensors among `results` that had a range in the training.

    The nodes of `model` are named after the layers, as `core.models.onnx_export` does. The last result of a
    layer is what it gives; those before it, in order, are what stands between its parts and before its
    activation.
    """
    found = {model.graph.input[0].name: _pair(simulation.input_range)}
    by_layer: dict[str, list[str]] = defaultdict(list)
    wanted = set(results)
    for node in model.graph.node:
        layer = _layer_of(node.name, simulation)
        if layer is not None:
            by_layer[layer] += [name for name in node.output if name in wanted]
    for layer, names in by_layer.items():
        if not names:
            continue
        simulated = simulation.layers[layer]
        inside = [part for part in (simulated.between, simulated.before) if part is not None]
        found.update((name, _pair(part)) for name, part in zip(names[:-1], inside, strict=False))
        result = _result(layer, simulation, by_layer)
        if result is not None:
            found[names[-1]] = _pair(result)
    return found


def _result(layer: str, simulation: Simulation, by_layer: Mapping[str, list[str]]) -> Any | None:
    """The range of what a layer gives with all that was folded into it and so has no results here; None where
    the training had none."""
    result, following = simulation.layers[layer].result, simulation.places[layer].takes_in
    if result is None and following is not None and not by_layer.get(following):
        return _result(following, simulation, by_layer)
    return result


def _layer_of(node: str, simulation: Simulation) -> str | None:
    """The layer after which a node is called; None where there is none."""
    name = node.partition("/")[0]
    candidates = (name, name.rpartition(SLASH)[0])
    return next((layer for layer in candidates if layer in simulation.layers), None)


def _pair(part: Any) -> tuple[float, float]:
    return float(part.low.numpy()), float(part.high.numpy())
