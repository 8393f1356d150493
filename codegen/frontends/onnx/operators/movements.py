"""Operators that change the shape or the order of axes. A Transpose moves nothing: it is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.reductions import axis_of
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Value, channels_last, inverse


def transposed(builder: Builder, node: Node, value: Activation, permutation: tuple[int, ...]) -> Activation:
    """Logical axis i becomes what was axis `permutation[i]`; the stored elements stay where they are."""
    if sorted(permutation) != list(range(value.rank)):
        raise node.broken(f"permutes {value.rank} axes by {list(permutation)}")
    shape = tuple(value.shape[axis] for axis in permutation)
    if value.scramble is not None:
        return reshape(builder, node, value, shape)  # one axis is longer than 1, so nothing changes places
    where = inverse(permutation)
    return replace(value, shape=shape, order=tuple(where[axis] for axis in value.order))


def transpose(builder: Builder, node: Node) -> Value:
    value = builder.activation(node)
    backwards = tuple(reversed(range(value.rank)))
    return transposed(builder, node, value, node.integers("perm", backwards) or ())


def reshape_node(builder: Builder, node: Node) -> Value:
    value = builder.activation(node)
    wanted = builder.integers(node, 1)
    if wanted is None:
        raise node.broken("lacks its shape")
    keeps_zero = node.integer("allowzero", 0) == 1
    shape = [_kept(node, value, axis, n, keeps_zero) for axis, n in enumerate(wanted)]
    if shape.count(-1) == 1:
        others = prod(n for n in shape if n != -1)
        if others < 1 or prod(value.shape) % others:
            raise node.broken(f"makes {list(wanted)} of {list(value.shape)}")
        shape[shape.index(-1)] = prod(value.shape) // others
    return reshape(builder, node, value, tuple(shape))


def _kept(node: Node, value: Activation, axis: int, size: int, keeps_zero: bool) -> int:
    """The size of one axis: 0 stands for that of the input."""
    if size != 0 or keeps_zero:
        return size
    if axis >= value.rank:
        raise node.broken(f"keeps the axis {axis} of {list(value.shape)}")
    return value.shape[axis]


def flatten(builder: Builder, node: Node) -> Value:
    value, axis = builder.activation(node), node.integer("axis", 1)
    if not -value.rank <= axis <= value.rank:
        raise node.broken(f"names the axis {axis} of {value.rank}")
    axis = axis + value.rank if axis < 0 else axis
    return reshape(builder, node, value, (prod(value.shape[:axis]), prod(value.shape[axis:])))


def squeeze(builder: Builder, node: Node) -> Value:
    value = builder.activation(node)
    given = builder.integers(node, 1)
    if given is None:
        axes = [axis for axis, n in enumerate(value.shape) if n == 1]
    else:
        axes = [axis_of(node, axis, value.rank) for axis in given]
    if any(value.shape[axis] != 1 for axis in axes):
        raise node.broken(f"squeezes the axes {axes} of {list(value.shape)}")
    shape = tuple(n for axis, n in enumerate(value.shape) if axis not in axes)
    return reshape(builder, node, value, shape)


def unsqueeze(builder: Builder, node: Node) -> Value:
    value = builder.activation(node)
    given = builder.integers(node, 1) or ()
    rank = value.rank + len(given)
    axes = {axis_of(node, axis, rank) for axis in given}
    if len(axes) != len(given):
        raise node.broken(f"inserts the axes {list(given)}")
    left = iter(value.shape)
    return reshape(builder, node, value, tuple(1 if axis in axes else next(left) for axis in range(rank)))


def identity_node(builder: Builder, node: Node) -> Value:
    """Identity, and Dropout, which does nothing when a network is only used."""
    return builder.value(node, 0)


def dropout(builder: Builder, node: Node) -> Value:
    if len(node.outputs) > 1 and node.outputs[1]:
        raise node.refusal("gives its mask", "use Dropout with one output")
    if node.has_input(2) and bool(builder.constant(node, 2).any()):
        raise node.refusal("is in training mode", "export the model for inference: model.eval()")
    return builder.value(node, 0)


def depth_to_space(builder: Builder, node: Node) -> Value:
    """Blocks of channels become blocks of the image."""
    value, size = builder.activation(node), node.integer("blocksize", 0)
    if value.rank != 4 or size < 1 or value.shape[1] % (size * size):
        raise node.broken(f"makes blocks of {size} of {list(value.shape)}")
    value = builder.ordered(node, value, channels_last(4))
    batch, channels, height, width = value.shape
    left = channels // (size * size)
    if node.text("mode", "DCR") == "DCR":
        split, order = (batch, size, size, left, height, width), (0, 3, 4, 1, 5, 2)
    else:
        split, order = (batch, left, size, size, height, width), (0, 1, 4, 2, 5, 3)
    turned = transposed(builder, node, reshape(builder, node, value, split), order)
    return reshape(builder, node, turned, (batch, left, height * size, width * size))


def space_to_depth(builder: Builder, node: Node) -> Value:
    """Blocks of the image become channels."""
    value, size = builder.activation(node), node.integer("blocksize", 0)
    if value.rank != 4 or size < 1 or value.shape[2] % size or value.shape[3] % size:
        raise node.broken(f"makes blocks of {size} of {list(value.shape)}")
    value = builder.ordered(node, value, channels_last(4))
    batch, channels, height, width = value.shape
    split = (batch, channels, height // size, size, width // size, size)
    order = (0, 3, 5, 1, 2, 4)
    if node.text("mode", "DCR") == "CRD":
        order = (0, 1, 3, 5, 2, 4)
    turned = transposed(builder, node, reshape(builder, node, value, split), order)
    return reshape(builder, node, turned, (batch, channels * size * size, height // size, width // size))


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "Transpose": transpose,
    "Reshape": reshape_node,
    "Flatten": flatten,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Identity": identity_node,
    "Dropout": dropout,
    "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth,
}
