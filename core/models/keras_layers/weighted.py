"""Layers with weights: convolutions and dense layers."""

from __future__ import annotations

from collections.abc import Sequence

from codegen.graph import Activation, Conv2D, Dense, DepthwiseConv2D, Op, Tensor
from core.models.keras_config import KerasLayer
from core.models.keras_file import FloatArray
from core.models.keras_layers.activations import FUSED, activation_name, activation_op
from core.models.keras_layers.converted import (
    Converted,
    Converter,
    float_tensor,
    refuse,
    require_channels_last,
)
from core.models.keras_layers.stored import constants_of
from core.models.keras_layers.windows import Series, window


def _constants(layer: KerasLayer, weights: list[FloatArray]) -> dict[str, Tensor]:
    return constants_of(layer.name, layer.class_name, layer.config, weights)


def _fused(layer: KerasLayer) -> Activation:
    return FUSED.get(activation_name(layer), Activation.NONE)


def _written(layer: KerasLayer) -> str:
    """The tensor that the operator writes: the layer's own, unless an activation comes after it."""
    return layer.name if activation_name(layer) in FUSED else f"{layer.name}/logits"


def _activated(
    layer: KerasLayer, ops: tuple[Op, ...], tensors: Sequence[Tensor], shape: tuple[int, ...]
) -> Converted:
    """The operators, whose last writes `_written`, and the activation where it is one of its own."""
    name = activation_name(layer)
    written = float_tensor(_written(layer), shape)
    if name in FUSED:
        return Converted(ops, (*tensors, written), written.name)
    after = activation_op(name, f"{layer.name}/{name}", written.name, layer.name)
    return Converted((*ops, after), (*tensors, written, float_tensor(layer.name, shape)), layer.name)


def _read(source: Tensor, constants: dict[str, Tensor], kernel: str = "kernel") -> tuple[str, ...]:
    bias = (constants["bias"].name,) if "bias" in constants else ()
    return (source.name, constants[kernel].name, *bias)


def conv2d(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """Conv2D; Keras' kernel is [h, w, in / groups, out]."""
    require_channels_last(layer)
    constants = _constants(layer, weights)
    out, height, width, _ = constants["kernel"].shape
    slides = window(layer, sources[0], (height, width))
    op = Conv2D(
        layer.name,
        _read(sources[0], constants),
        (_written(layer),),
        slides.stride,
        slides.dilation,
        slides.padding,
        _fused(layer),
        int(layer.config.get("groups", 1)),
    )
    return _activated(layer, (op,), tuple(constants.values()), (1, *slides.output, out))


def conv1d(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """Conv1D, as a convolution of an image of one row."""
    require_channels_last(layer)
    series, constants = Series(layer, sources[0]), _constants(layer, weights)
    out, _, width, _ = constants["kernel"].shape
    slides = window(layer, series.image, (1, width))
    name = f"{layer.name}/columns"
    op: Op = Conv2D(
        layer.name,
        _read(series.image, constants),
        (name,),
        (1, slides.stride[1]),
        (1, slides.dilation[1]),
        slides.padding,
        _fused(layer),
        int(layer.config.get("groups", 1)),
    )
    shape = (1, *slides.output, out)
    ops, tensors = (op,), [*constants.values(), float_tensor(name, shape)]
    if activation_name(layer) in FUSED:
        return series.around(Converted(ops, tuple(tensors), name), shape)
    after = f"{layer.name}/activated"
    activated = activation_op(activation_name(layer), f"{layer.name}/{activation_name(layer)}", name, after)
    tensors.append(float_tensor(after, shape))
    return series.around(Converted((*ops, activated), tuple(tensors), after), shape)


def depthwise_conv2d(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """DepthwiseConv2D; Keras' kernel is [h, w, in, multiplier]."""
    require_channels_last(layer)
    constants = _constants(layer, weights)
    _, height, width, out = constants["kernel"].shape
    slides = window(layer, sources[0], (height, width))
    op = DepthwiseConv2D(
        layer.name,
        _read(sources[0], constants),
        (_written(layer),),
        slides.stride,
        slides.dilation,
        slides.padding,
        _fused(layer),
    )
    return _activated(layer, (op,), tuple(constants.values()), (1, *slides.output, out))


def separable_conv2d(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """SeparableConv2D: a depthwise convolution called ``LAYER/depthwise`` and a pointwise one."""
    require_channels_last(layer)
    constants = _constants(layer, weights)
    depthwise = constants["depthwise/kernel"]
    slides = window(layer, sources[0], (depthwise.shape[1], depthwise.shape[2]))
    between = float_tensor(f"{layer.name}/depthwise", (1, *slides.output, depthwise.shape[3]))
    ops = (
        DepthwiseConv2D(
            between.name,
            (sources[0].name, depthwise.name),
            (between.name,),
            slides.stride,
            slides.dilation,
            slides.padding,
        ),
        Conv2D(layer.name, _read(between, constants), (_written(layer),), activation=_fused(layer)),
    )
    shape = (1, *slides.output, constants["kernel"].shape[0])
    return _activated(layer, ops, (*constants.values(), between), shape)


def dense(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """Dense; Keras' kernel is [in, out]."""
    if len(sources[0].shape) != 2:
        raise refuse(layer, "works on an image", "put a Flatten layer before it")
    constants = _constants(layer, weights)
    op = Dense(layer.name, _read(sources[0], constants), (_written(layer),), _fused(layer))
    return _activated(layer, (op,), tuple(constants.values()), (1, constants["kernel"].shape[0]))


CONVERTERS: dict[str, Converter] = {
    "Conv2D": conv2d,
    "Conv1D": conv1d,
    "DepthwiseConv2D": depthwise_conv2d,
    "SeparableConv2D": separable_conv2d,
    "Dense": dense,
}
