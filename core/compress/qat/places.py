"""How each layer stands in its network: what its neighbours leave for it to do in int8. No Keras needed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from core.compress.qat.rules import Parts, Result, applies_apart, result_of, rule_of, takes_in
from core.models.keras_config import KerasLayer, KerasNetwork

INPUT = "InputLayer"


@dataclass(frozen=True, slots=True)
class Place:
    """Which ranges a layer has: between its `parts`, before an activation that is an operator of its own, and
    of its result; `takes_in` is the layer behind it that becomes part of its operator."""

    parts: Parts
    before_activation: bool
    of_result: bool
    takes_in: str | None = None


def places(network: KerasNetwork) -> dict[str, Place]:
    """The place of each layer but the inputs, by name, in an order in which they can be computed.

    Raises ThimbleError ``cannot-train-quantized`` for the first layer that has no form in int8.
    """
    readers: dict[str, list[KerasLayer]] = defaultdict(list)
    computing = [layer for layer in network.layers if layer.class_name != INPUT]
    for layer in computing:
        for name in layer.inputs:
            readers[name].append(layer)
    found: dict[str, Place] = {}
    taken_in: set[str] = set()
    for layer in computing:
        following = readers[layer.name]
        takes = len(following) == 1 and takes_in(layer, following[0])
        if takes:
            taken_in.add(following[0].name)
        parts = Parts.ONE if layer.name in taken_in else rule_of(layer).parts
        own = result_of(layer) is Result.OWN and not takes
        taken = following[0].name if takes else None
        found[layer.name] = Place(parts, applies_apart(layer), own, taken)
    return found
