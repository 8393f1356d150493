"""Layers with weights: the weights must fit the channels around them."""

from __future__ import annotations

from math import prod

from codegen.graph.operators import BatchNorm, Conv2D, Dense, DepthwiseConv2D
from codegen.graph.shapes.rule import Rule, Shapes, require
from codegen.graph.shapes.windows import check_window
from codegen.graph.tensor import Tensor


def weights_of(shapes: Shapes, rank: int, axis: int) -> Tensor:
    """The weights, after checks of what holds for all kinds of them. `axis` has the output channels."""
    name = shapes.op.name
    require(
        2 <= len(shapes.inputs) <= 3 and shapes.inputs[1].is_constant,
        f"layer {name!r} has no constant weights",
    )
    weight = shapes.inputs[1]
    channels = shapes.result[-1]
    require(len(weight.shape) == rank, f"layer {name!r} has odd weights")
    given = weight.shape[axis]
    require(given == channels, f"layer {name!r}: weights give {given} channels")
    for bias in shapes.inputs[2:]:
        require(bias.is_constant and bias.elements == channels, f"layer {name!r} has an odd bias")
    scales = weight.quantization.scale if weight.quantization else (1.0,)
    require(len(scales) in (1, channels), f"layer {name!r} has {len(scales)} scales")
    return weight


def _conv2d(op: Conv2D, shapes: Shapes) -> None:
    weight = weights_of(shapes, 4, 0)
    shapes.require(len(shapes.source) == 4, "which is not NHWC")
    taken, channels = weight.shape[-1] * op.groups, shapes.source[-1]
    require(op.groups > 0 and taken == channels, f"layer {op.name!r}: weights take {taken} channels")
    shapes.require(shapes.result[-1] % op.groups == 0, f"which {op.groups} groups cannot share")
    check_window(shapes, (weight.shape[1], weight.shape[2]), op.stride, op.dilation, op.padding)


def _depthwise(op: DepthwiseConv2D, shapes: Shapes) -> None:
    weight = weights_of(shapes, 4, 3)
    shapes.require(len(shapes.source) == 4 and weight.shape[0] == 1, "which is not NHWC")
    shapes.require(shapes.result[-1] % shapes.source[-1] == 0, "channels that cannot be shared out")
    check_window(shapes, (weight.shape[1], weight.shape[2]), op.stride, op.dilation, op.padding)


def _dense(op: Dense, shapes: Shapes) -> None:
    weight = weights_of(shapes, 2, 0)
    taken, channels = weight.shape[-1], shapes.source[-1]
    require(taken == channels, f"layer {op.name!r}: weights take {taken} channels")
    shapes.require(prod(shapes.source[:-1]) == prod(shapes.result[:-1]) == 1, "more than one row")


def _batch_norm(op: BatchNorm, shapes: Shapes) -> None:
    shapes.require_inputs(5)
    for tensor in shapes.inputs[1:]:
        fits = tensor.is_constant and tensor.shape == shapes.source[-1:]
        shapes.require(fits, f"with {tensor.shape} for its channels")
    shapes.require(shapes.source == shapes.result)


RULES: dict[type, Rule] = {
    Conv2D: _conv2d,
    DepthwiseConv2D: _depthwise,
    Dense: _dense,
    BatchNorm: _batch_norm,
}
