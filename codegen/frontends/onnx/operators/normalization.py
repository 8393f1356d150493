"""Normalizations: along channels with known statistics, or by the mean and the variance of the input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.activations import mapped
from codegen.frontends.onnx.operators.arithmetic import combined
from codegen.frontends.onnx.operators.reductions import axis_of, reduced
from codegen.frontends.onnx.operators.resampling import require_small, resampled
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Constant, Value, channels_last
from codegen.graph import Abs, Add, Array, BatchNorm, Div, Maximum, Mean, Mul, Power, ReduceSum, Sqrt, Sub


def batch_normalization(builder: Builder, node: Node) -> Value:
    """With the statistics of training, along axis 1."""
    if node.integer("training_mode", 0) or any(node.outputs[1:]):
        raise node.refusal("is in training mode", "export the model for inference: model.eval()")
    value = builder.unscrambled(node, builder.real(node))
    if value.rank < 2:
        raise node.refusal(f"normalizes {list(value.shape)}", "normalize [N, C, …]")
    value = builder.ordered(node, value, channels_last(value.rank))
    names = []
    for index, role in enumerate(("gamma", "beta", "mean", "variance"), start=1):
        data = builder.constant(node, index)
        if data.shape != (value.shape[1],):
            raise node.broken(f"has {role} {list(data.shape)} for {value.shape[1]} channels")
        names.append(builder.add_constant(f"{node.name}_{role}", data.astype(np.float32)))
    epsilon = node.number("epsilon", 1e-5)
    tensor = builder.emit(node, BatchNorm, (value.tensor, *names), value.stored_shape, epsilon=epsilon)
    return Activation(value.shape, tensor, value.order)


def _number(value: float) -> Constant:
    return Constant(np.full((), value, np.float32))


def _normalized(
    builder: Builder,
    node: Node,
    value: Activation,
    axes: tuple[int, ...],
    epsilon: float,
    centred: bool = True,
) -> Activation:
    """(x − mean) / sqrt(variance + epsilon) over the logical axes; without the mean unless `centred`."""
    if centred:
        mean = reduced(builder, node, value, Mean, axes, True, "_mean")
        value = combined(builder, node, Sub, value, mean, "_centred")
    squares = combined(builder, node, Mul, value, value, "_squares")
    variance = reduced(builder, node, squares, Mean, axes, True, "_variance")
    shifted = combined(builder, node, Add, variance, _number(epsilon), "_epsilon")
    return combined(builder, node, Div, value, mapped(builder, node, shifted, Sqrt, "_deviation"), "_normal")


def _scaled(
    builder: Builder, node: Node, value: Activation, index: int, shape: tuple[int, ...]
) -> Activation:
    """Times the input `index`, and plus the one after it, each a constant of this shape."""
    factor = Constant(builder.constant(node, index).reshape(shape))
    value = combined(builder, node, Mul, value, factor, "_scaled")
    if not node.has_input(index + 1):
        return value
    return combined(builder, node, Add, value, Constant(builder.constant(node, index + 1).reshape(shape)))


def layer_normalization(builder: Builder, node: Node) -> Value | tuple[Value, ...]:
    """Over the last axes, from `axis` on."""
    return _last_axes(builder, node, centred=True)


def rms_normalization(builder: Builder, node: Node) -> Value | tuple[Value, ...]:
    """As layer normalization, without the mean."""
    return _last_axes(builder, node, centred=False)


def _last_axes(builder: Builder, node: Node, centred: bool) -> Value | tuple[Value, ...]:
    value = builder.unscrambled(node, builder.real(node))
    axes = tuple(range(axis_of(node, node.integer("axis", -1), value.rank), value.rank))
    normal = _normalized(builder, node, value, axes, node.number("epsilon", 1e-5), centred)
    result = _affine(builder, node, normal)
    if not any(node.outputs[1:]):
        return result
    if not centred:
        raise node.refusal("gives its statistics", "use one output")
    return (result, *_statistics(builder, node, value, axes))


def _affine(builder: Builder, node: Node, value: Activation) -> Activation:
    """Times the scale and plus the bias, constant or computed, broadcast."""
    value = combined(builder, node, Mul, value, builder.value(node, 1), "_scaled")
    if not node.has_input(2):
        return value
    return combined(builder, node, Add, value, builder.value(node, 2))


def _statistics(
    builder: Builder, node: Node, value: Activation, axes: tuple[int, ...]
) -> tuple[Activation, Activation]:
    """The mean, and 1 over the deviation."""
    mean = reduced(builder, node, value, Mean, axes, True, "_given_mean")
    centred = combined(builder, node, Sub, value, mean, "_given_centred")
    squares = combined(builder, node, Mul, centred, centred, "_given_squares")
    variance = reduced(builder, node, squares, Mean, axes, True, "_given_variance")
    shifted = combined(builder, node, Add, variance, _number(node.number("epsilon", 1e-5)), "_given_epsilon")
    deviation = mapped(builder, node, shifted, Sqrt, "_given_deviation")
    return mean, combined(builder, node, Div, _number(1.0), deviation, "_given_inverse")


def instance_normalization(builder: Builder, node: Node) -> Value:
    """Each channel by itself."""
    value = builder.unscrambled(node, builder.real(node))
    axes = tuple(range(2, value.rank))
    normal = _normalized(builder, node, value, axes, node.number("epsilon", 1e-5), True)
    return _scaled(builder, node, normal, 1, (1, value.shape[1], *(1,) * len(axes)))


def group_normalization(builder: Builder, node: Node) -> Value:
    """Groups of channels; from opset 21 on with one factor a channel."""
    value, groups = builder.unscrambled(node, builder.real(node)), node.integer("num_groups", 0)
    if value.rank < 3 or groups < 1 or value.shape[1] % groups:
        raise node.broken(f"makes {groups} groups of {list(value.shape)}")
    if node.opset < 21:
        raise node.refusal("has one factor a group (opset 18 to 20)", "export it with opset 21 or newer")
    batch, channels = value.shape[:2]
    split = reshape(builder, node, value, (batch, groups, channels // groups, *value.shape[2:]))
    axes = tuple(range(2, split.rank))
    normal = _normalized(builder, node, split, axes, node.number("epsilon", 1e-5), True)
    whole = reshape(builder, node, normal, value.shape)
    return _scaled(builder, node, whole, 1, (1, channels, *(1,) * (value.rank - 2)))


def mean_variance_normalization(builder: Builder, node: Node) -> Value:
    """(x − mean) / (deviation + 1e-9) over the batch and the places."""
    value = builder.unscrambled(node, builder.real(node))
    axes = node.integers("axes", (0, 2, 3)) or ()
    chosen = tuple(sorted({axis_of(node, axis, value.rank) for axis in axes}))
    mean = reduced(builder, node, value, Mean, chosen, True, "_mean")
    centred = combined(builder, node, Sub, value, mean, "_centred")
    squares = combined(builder, node, Mul, centred, centred, "_squares")
    variance = reduced(builder, node, squares, Mean, chosen, True, "_variance")
    deviation = mapped(builder, node, variance, Sqrt, "_deviation")
    return combined(
        builder, node, Div, centred, combined(builder, node, Add, deviation, _number(1e-9), "_least")
    )


def lp_normalization(builder: Builder, node: Node) -> Value:
    """x over its norm of order 1 or 2 along `axis`."""
    value = builder.unscrambled(node, builder.real(node))
    axis = axis_of(node, node.integer("axis", -1), value.rank)
    order = node.integer("p", 2)
    if order not in (1, 2):
        raise node.broken(f"has the order {order}")
    if order == 1:
        sizes = mapped(builder, node, value, Abs, "_abs")
        norm = reduced(builder, node, sizes, ReduceSum, (axis,), True, "_norm")
    else:
        squares = combined(builder, node, Mul, value, value, "_squares")
        total = reduced(builder, node, squares, ReduceSum, (axis,), True, "_sum")
        norm = mapped(builder, node, total, Sqrt, "_norm")
    # Zeros stay zeros.
    least = combined(builder, node, Maximum, norm, _number(1e-38), "_least")
    return combined(builder, node, Div, value, least)


def local_response_normalization(builder: Builder, node: Node) -> Value:
    """x / (bias + alpha / size · Σ x²)^beta, summed over `size` neighbouring channels."""
    value, size = builder.unscrambled(node, builder.real(node)), node.integer("size", 0)
    if value.rank < 2 or size < 1:
        raise node.broken(f"sums {size} channels of {list(value.shape)}")
    alpha, beta = node.number("alpha", 1e-4), node.number("beta", 0.75)
    require_small(node, value.shape[1], value.shape[1])
    squares = combined(builder, node, Mul, value, value, "_squares")
    total = resampled(builder, node, squares, 1, _neighbours(value.shape[1], size, alpha / size), "_sum")
    base = combined(builder, node, Add, total, _number(node.number("bias", 1.0)), "_base")
    power = combined(builder, node, Power, base, _number(beta), "_power")
    return combined(builder, node, Div, value, power)


def _neighbours(channels: int, size: int, weight: float) -> Array:
    """``[channels, channels]`` with the weight where a channel counts for another."""
    distance = np.arange(channels)[None, :] - np.arange(channels)[:, None]
    near = (distance >= -((size - 1) // 2)) & (distance <= size // 2)
    return np.where(near, weight, 0.0)


READERS: dict[str, Callable[[Builder, Node], Value | tuple[Value, ...]]] = {
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "RMSNormalization": rms_normalization,
    "InstanceNormalization": instance_normalization,
    "GroupNormalization": group_normalization,
    "MeanVarianceNormalization": mean_variance_normalization,
    "LpNormalization": lp_normalization,
    "LRN": local_response_normalization,
}
