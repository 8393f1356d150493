"""Conv: in groups, depthwise, 1-D and 2-D."""

from __future__ import annotations

from typing import Any

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.windows import image, result, window
from codegen.frontends.onnx.value import Constant, Value
from codegen.graph import Conv2D, DepthwiseConv2D


def conv(builder: Builder, node: Node) -> Value:
    """Filters ``[out, in / groups, height, width]`` become those of the Graph."""
    source = image(builder, node)
    batch, channels, height, width = source.shape
    filters = builder.known(node, 1)
    rank = filters.data.ndim - 2
    if rank != builder.activation(node).rank - 2:
        raise node.broken(
            f"has filters {list(filters.data.shape)} for {list(builder.activation(node).shape)}"
        )
    slides = window(node, (height, width), filters.data.shape[2:], rank)
    if rank == 1:
        filters = Constant(filters.data[:, :, None, :], filters.quantization)
    outputs, taken = filters.data.shape[:2]
    groups = node.integer("group", 1)
    if groups < 1 or taken * groups != channels or outputs % groups:
        raise node.broken(f"has {outputs} filters in {groups} groups of {taken} channels for {channels}")
    depthwise = groups == channels and groups > 1
    stored = builder.turned(filters, (1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
    inputs = [source.tensor, builder.add_constant(f"{node.name}_weights", stored.data, stored.quantization)]
    if node.has_input(2):
        bias = builder.constant(node, 2)
        if bias.shape != (outputs,):
            raise node.broken(f"has a bias {list(bias.shape)} for {outputs} filters")
        inputs.append(builder.add_constant(f"{node.name}_bias", bias))
    shape = (batch, *slides.output, outputs)
    options: dict[str, Any] = {
        "stride": slides.stride,
        "dilation": slides.dilation,
        "padding": slides.padding,
    }
    if depthwise:
        tensor = builder.emit(node, DepthwiseConv2D, tuple(inputs), shape, **options)
    else:
        tensor = builder.emit(node, Conv2D, tuple(inputs), shape, groups=groups, **options)
    return result(builder, node, tensor, shape, source.unsigned)
