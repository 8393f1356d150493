"""MaxPool, AveragePool, and their global forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.activations import mapped
from codegen.frontends.onnx.operators.reductions import reduced
from codegen.frontends.onnx.operators.windows import Window, image, result, window
from codegen.frontends.onnx.value import Activation, Value
from codegen.graph import (
    Abs,
    AveragePool2D,
    DepthwiseConv2D,
    MaxPool2D,
    Mean,
    Padding,
    Power,
    ReduceMax,
    ReduceSum,
    Sqrt,
)


def max_pool(builder: Builder, node: Node) -> Value:
    if len(node.outputs) > 1 and node.outputs[1]:
        raise node.refusal("gives the places of the largest", "use MaxPool with one output")
    source = image(builder, node)
    slides = _window(builder, node, source.shape)
    shape = (source.shape[0], *slides.output, source.shape[1])
    tensor = builder.emit(
        node,
        MaxPool2D,
        (source.tensor,),
        shape,
        pool=slides.kernel,
        stride=slides.stride,
        padding=slides.padding,
    )
    return result(builder, node, tensor, shape, source.unsigned)


def average_pool(builder: Builder, node: Node) -> Value:
    builder.real(node)
    source = image(builder, node)
    slides = _window(builder, node, source.shape)
    counts_padding = node.integer("count_include_pad", 0) == 1 and slides.padding != Padding()
    if counts_padding and node.integer("ceil_mode", 0) == 1:
        raise node.refusal("counts its padding and rounds its size up", "use ceil_mode=0")
    shape = (source.shape[0], *slides.output, source.shape[1])
    tensor = builder.emit(
        node,
        AveragePool2D,
        (source.tensor,),
        shape,
        pool=slides.kernel,
        stride=slides.stride,
        padding=slides.padding,
        counts_padding=counts_padding,
    )
    return result(builder, node, tensor, shape, source.unsigned)


def lp_pool(builder: Builder, node: Node) -> Value:
    """The norm of order p of each window: |x|^p, summed by a convolution with ones, and its root."""
    builder.real(node)
    source = image(builder, node)
    order = node.integer("p", 2)
    if order < 1:
        raise node.broken(f"has the order {order}")
    size = mapped(builder, node, source, Abs, "_abs")
    powers = _to_the(builder, node, size, float(order), "_powers")
    rank = builder.activation(node).rank - 2
    kernel = node.integers("kernel_shape") or ()
    if len(kernel) != rank:
        raise node.broken(f"has a window {list(kernel)} over {rank} places")
    slides = window(node, (source.shape[2], source.shape[3]), kernel, rank)
    ones = np.ones((1, *slides.kernel, source.shape[1]), np.float32)
    inputs = (powers.tensor, builder.add_constant(f"{node.name}_ones", ones))
    shape = (source.shape[0], *slides.output, source.shape[1])
    total = builder.emit(
        node,
        DepthwiseConv2D,
        inputs,
        shape,
        "_sum",
        stride=slides.stride,
        dilation=slides.dilation,
        padding=slides.padding,
    )
    norm = _to_the(builder, node, Activation((), total, ()), 1 / order, "")
    return result(builder, node, norm.tensor, shape, False)


def _to_the(builder: Builder, node: Node, value: Activation, times: float, suffix: str) -> Activation:
    """Each element, which is not negative, to this power."""
    if times == 1.0:
        return value
    if times == 0.5:
        return mapped(builder, node, value, Sqrt, suffix)
    exponent = builder.add_constant(f"{node.name}_exponent", np.full((), times, np.float32))
    shape = builder.tensors[value.tensor].shape
    return replace(value, tensor=builder.emit(node, Power, (value.tensor, exponent), shape, suffix))


def global_lp_pool(builder: Builder, node: Node) -> Value:
    """The norm of order p of each channel."""
    value, order = builder.unscrambled(node, builder.real(node)), node.integer("p", 2)
    if order < 1:
        raise node.broken(f"has the order {order}")
    size = mapped(builder, node, value, Abs, "_abs")
    powers = _to_the(builder, node, size, float(order), "_powers")
    total = reduced(builder, node, powers, ReduceSum, tuple(range(2, value.rank)), True, "_sum")
    return _to_the(builder, node, total, 1 / order, "")


def _window(builder: Builder, node: Node, shape: tuple[int, ...]) -> Window:
    rank = builder.activation(node).rank - 2
    kernel = node.integers("kernel_shape") or ()
    if len(kernel) != rank:
        raise node.broken(f"has a window {list(kernel)} over {rank} places")
    slides = window(node, (shape[2], shape[3]), kernel, rank)
    if slides.dilation != (1, 1):
        raise node.refusal(f"has the dilations {list(slides.dilation)}", "use dilations of 1")
    pads = slides.padding
    if max(pads.top, pads.bottom) >= slides.kernel[0] or max(pads.left, pads.right) >= slides.kernel[1]:
        raise node.refusal("has windows that lie in the padding alone", "pad less than the window is large")
    return slides


def global_average_pool(builder: Builder, node: Node) -> Value:
    value = builder.real(node)
    return reduced(builder, node, value, Mean, tuple(range(2, value.rank)), keep_dims=True)


def global_max_pool(builder: Builder, node: Node) -> Value:
    value = builder.real(node)
    return reduced(builder, node, value, ReduceMax, tuple(range(2, value.rank)), keep_dims=True)
