"""The ranges of a trained simulation by the tensors of its float model's ONNX file. For worker processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onnx import ModelProto

from core.compress.qat.simulation import Simulation
from core.models.onnx_export import SLASH, WEIGHTED


def trained_ranges(
    model: ModelProto, results: Sequence[str], simulation: Simulation
) -> dict[str, tuple[float, float]]:
    """Smallest and largest value of those tensors among `results` that had a range in the training.

    The nodes of `model` are named after the layers, as `core.models.onnx_export` does.
    """
    found = {model.graph.input[0].name: _pair(simulation.input_range)}
    by_layer: dict[str, list[_Result]] = defaultdict(list)
    wanted = set(results)
    for node in model.graph.node:
        layer = _layer_of(node.name, simulation)
        if layer is not None:
            by_layer[layer] += [_Result(name, node.op_type) for name in node.output if name in wanted]
    for layer, given in by_layer.items():
        for place, part in _placed(given, simulation.layers[layer], _result(layer, simulation, by_layer)):
            found[given[place].name] = _pair(part)
    return found


@dataclass(frozen=True, slots=True)
class _Result:
    """A tensor, and the kind of the node that gives it."""

    name: str
    op: str


def _placed(given: Sequence[_Result], simulated: Any, result: Any | None) -> Iterator[tuple[int, Any]]:
    """The ranges of a layer, by the places of those results of its nodes that have them.

    The last one is what the layer gives, or where a fixed scale follows (softmax), what stands before that.
    """
    if not given:
        return
    if simulated.between is not None and len(given) > 1:
        yield 0, simulated.between
    if simulated.before is not None:
        yield len(given) - 1 if result is None else _before_activation(given), simulated.before
    if result is not None:
        yield len(given) - 1, result


def _before_activation(given: Sequence[_Result]) -> int:
    """The place of what the kernel gives, its bias added."""
    ops = [result.op for result in given]
    place = max((n for n, op in enumerate(ops) if op in WEIGHTED), default=0)
    return place + 1 if ops[place : place + 2] == ["MatMul", "Add"] else place


def _result(layer: str, simulation: Simulation, by_layer: Mapping[str, Sequence[_Result]]) -> Any | None:
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
