"""One converter for each Keras layer that the compiler knows: options and weights in, operators out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from codegen.graph import (
    Activation,
    Conv2D,
    Dense,
    DType,
    MaxPool2D,
    Op,
    Padding,
    Relu,
    Reshape,
    Softmax,
    Tensor,
)
from core.errors import ThimbleError
from core.models.keras_file import FloatArray, KerasLayer


@dataclass(frozen=True, slots=True)
class Converted:
    """What a layer becomes. `output` names the tensor that the next layers read."""

    ops: tuple[Op, ...]
    tensors: tuple[Tensor, ...]
    output: str


Converter = Callable[[KerasLayer, Tensor, list[FloatArray]], Converted]

_FUSED = {"linear": Activation.NONE, "relu": Activation.RELU, "relu6": Activation.RELU6}


def refuse(layer: KerasLayer, what: str, instead: str) -> ThimbleError:
    """The error for a layer whose class is known but not in this form."""
    return ThimbleError(
        "unsupported-operator",
        f"layer {layer.name!r} ({layer.class_name}) {what}, which is not there yet",
        instead,
    )


def _float(name: str, shape: tuple[int, ...], data: FloatArray | None = None) -> Tensor:
    stored = None if data is None else np.ascontiguousarray(data, np.float32)
    return Tensor(name, shape, DType.FLOAT32, data=stored)


def _constant(name: str, data: FloatArray) -> Tensor:
    return _float(name, tuple(data.shape), data)


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    first, second = value
    return int(first), int(second)


def _activation(layer: KerasLayer) -> str:
    value = layer.config.get("activation") or "linear"
    name = value["config"] if isinstance(value, dict) and isinstance(value.get("config"), str) else value
    if not isinstance(name, str) or name not in (*_FUSED, "softmax"):
        shown = name if isinstance(name, str) else name.get("class_name", "?")
        raise refuse(layer, f"uses the activation {shown}", "use relu, or softmax at the end")
    return name


def _require_channels_last(layer: KerasLayer) -> None:
    if layer.config.get("data_format", "channels_last") not in ("channels_last", None):
        raise refuse(layer, "puts the channels first", "build the model with data_format='channels_last'")


def same_padding(
    size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> Padding:
    """TensorFlow's padding "same": as even as possible, the odd one at the bottom and the right."""
    totals = []
    for n, k, s, d in zip(size, kernel, stride, dilation, strict=True):
        steps = -(-n // s)
        totals.append(max((steps - 1) * s + (k - 1) * d + 1 - n, 0))
    (height, width) = totals
    return Padding(height // 2, height - height // 2, width // 2, width - width // 2)


@dataclass(frozen=True, slots=True)
class _Window:
    """How a window slides over an image, and the image that comes out."""

    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: Padding
    output: tuple[int, int]


def _window(layer: KerasLayer, source: Tensor, kernel: tuple[int, int]) -> _Window:
    stride = _pair(layer.config.get("strides") or kernel)
    dilation = _pair(layer.config.get("dilation_rate", 1))
    _, height, width, _ = source.shape
    padding = Padding()
    if layer.config["padding"] == "same":
        padding = same_padding((height, width), kernel, stride, dilation)
    full = (height + padding.top + padding.bottom, width + padding.left + padding.right)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    rows, columns = ((n - r) // s + 1 for n, r, s in zip(full, reach, stride, strict=True))
    return _Window(stride, dilation, padding, (rows, columns))


def _with_softmax(
    layer: KerasLayer, op: Op, tensors: tuple[Tensor, ...], shape: tuple[int, ...]
) -> Converted:
    """Append the layer's softmax; `op` already writes to the tensor before it."""
    softmax = Softmax(f"{layer.name}/softmax", op.outputs, (layer.name,))
    return Converted((op, softmax), (*tensors, _float(layer.name, shape)), layer.name)


def _weighted(layer: KerasLayer, op: Op, constants: tuple[Tensor, ...], shape: tuple[int, ...]) -> Converted:
    output = _float(op.outputs[0], shape)
    if _activation(layer) == "softmax":
        return _with_softmax(layer, op, (*constants, output), shape)
    return Converted((op,), (*constants, output), layer.name)


def _before_activation(layer: KerasLayer) -> str:
    """The tensor that a weighted layer's operator writes."""
    return f"{layer.name}/logits" if _activation(layer) == "softmax" else layer.name


def _bias(layer: KerasLayer, weights: list[FloatArray], channels: int) -> FloatArray:
    """The bias, or zeros for a layer without one: TFLite has one there too."""
    return weights[1] if layer.config.get("use_bias", True) else np.zeros(channels, np.float32)


def conv2d(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    """Conv2D; Keras' kernel is [h, w, in, out]."""
    _require_channels_last(layer)
    if layer.config.get("groups", 1) != 1:
        raise refuse(layer, "works in groups", "use groups=1")
    kernel = _constant(f"{layer.name}/kernel", weights[0].transpose(3, 0, 1, 2))
    bias = _constant(f"{layer.name}/bias", _bias(layer, weights, kernel.shape[0]))
    window = _window(layer, source, (kernel.shape[1], kernel.shape[2]))
    op = Conv2D(
        layer.name,
        (source.name, kernel.name, bias.name),
        (_before_activation(layer),),
        window.stride,
        window.dilation,
        window.padding,
        _FUSED.get(_activation(layer), Activation.NONE),
    )
    return _weighted(layer, op, (kernel, bias), (1, *window.output, kernel.shape[0]))


def dense(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    """Dense; Keras' kernel is [in, out]."""
    if len(source.shape) != 2:
        raise refuse(layer, "works on an image", "put a Flatten layer before it")
    kernel = _constant(f"{layer.name}/kernel", weights[0].T)
    bias = _constant(f"{layer.name}/bias", _bias(layer, weights, kernel.shape[0]))
    op = Dense(
        layer.name,
        (source.name, kernel.name, bias.name),
        (_before_activation(layer),),
        _FUSED.get(_activation(layer), Activation.NONE),
    )
    return _weighted(layer, op, (kernel, bias), (1, kernel.shape[0]))


def max_pooling2d(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    _require_channels_last(layer)
    pool = _pair(layer.config["pool_size"])
    window = _window(layer, source, pool)
    op = MaxPool2D(layer.name, (source.name,), (layer.name,), pool, window.stride, window.padding)
    return Converted((op,), (_float(layer.name, (1, *window.output, source.shape[-1])),), layer.name)


def flatten(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    _require_channels_last(layer)
    return _reshaped(layer, source, (1, prod(source.shape)))


def reshape(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    target = [int(n) for n in layer.config["target_shape"]]
    if -1 in target:
        target[target.index(-1)] = source.elements // -prod(target)
    return _reshaped(layer, source, (1, *target))


def _reshaped(layer: KerasLayer, source: Tensor, shape: tuple[int, ...]) -> Converted:
    op = Reshape(layer.name, (source.name,), (layer.name,))
    return Converted((op,), (_float(layer.name, shape),), layer.name)


def activation(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    name = _activation(layer)
    if name == "softmax":
        return _alone(layer, source, Softmax(layer.name, (source.name,), (layer.name,)))
    if name == "linear":
        return dropped(layer, source, weights)
    return _alone(layer, source, Relu(layer.name, (source.name,), (layer.name,), _FUSED[name]))


def relu(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    limit = layer.config.get("max_value")
    bent = layer.config.get("negative_slope") or layer.config.get("threshold")
    if bent or limit not in (None, 6, 6.0):
        raise refuse(layer, "is not a plain ReLU or ReLU6", "use ReLU() or ReLU(max_value=6)")
    kind = Activation.RELU if limit is None else Activation.RELU6
    return _alone(layer, source, Relu(layer.name, (source.name,), (layer.name,), kind))


def softmax(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    if layer.config.get("axis", -1) not in (-1, len(source.shape) - 1):
        raise refuse(layer, "works along another axis than the last", "use Softmax(axis=-1)")
    return _alone(layer, source, Softmax(layer.name, (source.name,), (layer.name,)))


def _alone(layer: KerasLayer, source: Tensor, op: Op) -> Converted:
    return Converted((op,), (_float(layer.name, source.shape),), layer.name)


def dropped(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    """A layer that does nothing once the model is trained."""
    return Converted((), (), source.name)


def _is_input(layer: KerasLayer, source: Tensor, weights: list[FloatArray]) -> Converted:
    raise ValueError("an input has no source")


CONVERTERS: dict[str, Converter] = {
    "InputLayer": _is_input,
    "Conv2D": conv2d,
    "Dense": dense,
    "MaxPooling2D": max_pooling2d,
    "Flatten": flatten,
    "Reshape": reshape,
    "Activation": activation,
    "ReLU": relu,
    "Softmax": softmax,
    "Dropout": dropped,
}
