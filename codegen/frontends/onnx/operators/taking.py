"""Elements along one axis, taken by a constant table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation
from codegen.graph import Array, Take


def taken(
    builder: Builder, node: Node, value: Activation, axis: int, places: Array, suffix: str = ""
) -> Activation:
    """The elements at `places` along a logical axis; −1 gives 0."""
    value = builder.unscrambled(node, value)
    shape = tuple(len(places) if a == axis else n for a, n in enumerate(value.shape))
    table = builder.add_constant(f"{node.name}_places", places.astype(np.int32))
    stored = tuple(shape[a] for a in value.order)
    place = value.order.index(axis)
    tensor = builder.emit(node, Take, (value.tensor, table), stored, suffix, axis=place)
    return replace(value, shape=shape, tensor=tensor)
