"""Convolutions, dense layers and batch norms: the layers whose weights are trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from codegen.graph import BatchNorm, Conv2D, Dense, DepthwiseConv2D, Op
from core.models.from_graph.padding import padded
from core.models.from_graph.site import FUSED_NAMES, Builder, FloatArray, Layer, Site
from core.models.keras_layers.stored import STORED


def _weights(site: Site, class_name: str, config: Mapping[str, Any]) -> Sequence[FloatArray]:
    """The constants of the operator, in Keras' layouts; a bias that is not there stays away."""
    return [
        stored.to_keras(site.constant(index), config)
        for index, stored in enumerate(STORED[class_name], start=1)
        if index < len(site.op.inputs)
    ]


def _layer(site: Site, class_name: str, options: Mapping[str, Any], weights: Mapping[str, Any]) -> Layer:
    """`weights` are the options that the layout of the weights depends on."""
    op = cast(Conv2D | DepthwiseConv2D | Dense, site.op)
    bias = len(op.inputs) > 2
    shared = {"use_bias": bias, "activation": FUSED_NAMES[op.activation]}
    return Layer(class_name, {**options, **weights, **shared}, _weights(site, class_name, weights))


def _conv2d(site: Site) -> Sequence[Layer]:
    op = cast(Conv2D, site.op)
    out, height, width, _ = site.graph.tensors[op.inputs[1]].shape
    before, padding = padded(site, (height, width), op.stride, op.dilation, op.padding)
    options = {
        "filters": out,
        "kernel_size": (height, width),
        "strides": op.stride,
        "dilation_rate": op.dilation,
        "padding": padding,
        "groups": op.groups,
    }
    if max(op.stride) > 1 and max(op.dilation) > 1:
        raise site.refusal("has strides and dilation at once, which Keras cannot train")
    return (*before, _layer(site, "Conv2D", options, {}))


def _depthwise_conv2d(site: Site) -> Sequence[Layer]:
    op = cast(DepthwiseConv2D, site.op)
    _, height, width, out = site.graph.tensors[op.inputs[1]].shape
    if op.stride[0] != op.stride[1] or (max(op.stride) > 1 and max(op.dilation) > 1):
        raise site.refusal(f"has the strides {op.stride}, which Keras' depthwise layer does not know")
    before, padding = padded(site, (height, width), op.stride, op.dilation, op.padding)
    options = {
        "kernel_size": (height, width),
        "strides": op.stride,
        "dilation_rate": op.dilation,
        "padding": padding,
    }
    multiplier = {"depth_multiplier": out // site.source.shape[-1]}
    return (*before, _layer(site, "DepthwiseConv2D", options, multiplier))


def _dense(site: Site) -> Sequence[Layer]:
    units = site.graph.tensors[site.op.inputs[1]].shape[0]
    flat = (Layer("Flatten", suffix="flat"),) if len(site.source.shape) > 2 else ()
    return (*flat, _layer(site, "Dense", {"units": units}, {}))


def _batch_norm(site: Site) -> Sequence[Layer]:
    options = {"epsilon": cast(BatchNorm, site.op).epsilon}
    return (Layer("BatchNormalization", options, _weights(site, "BatchNormalization", {})),)


BUILDERS: Mapping[type[Op], Builder] = {
    Conv2D: _conv2d,
    DepthwiseConv2D: _depthwise_conv2d,
    Dense: _dense,
    BatchNorm: _batch_norm,
}
