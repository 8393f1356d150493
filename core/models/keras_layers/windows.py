"""Windows that slide over an image or a series, and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codegen.graph import AveragePool2D, MaxPool2D, Mean, Op, Padding, ReduceMax, Reshape, Tensor
from core.models.keras_config import KerasLayer
from core.models.keras_file import FloatArray
from core.models.keras_layers.converted import (
    Converted,
    Converter,
    alone,
    float_tensor,
    pair,
    refuse,
    require_channels_last,
)


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
class Window:
    """How a window slides over an image, and the image that comes out."""

    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: Padding
    output: tuple[int, int]


def window(layer: KerasLayer, source: Tensor, kernel: tuple[int, int]) -> Window:
    """The window of a layer on the image `source`; for a series, the image has one row."""
    stride = _sides(layer.config.get("strides") or kernel)
    dilation = _sides(layer.config.get("dilation_rate", 1))
    _, height, width, _ = source.shape
    kind, padding = layer.config["padding"], Padding()
    if kind == "same":
        padding = same_padding((height, width), kernel, stride, dilation)
    elif kind == "causal":
        padding = Padding(0, 0, (kernel[1] - 1) * dilation[1], 0)
    elif kind != "valid":
        raise refuse(layer, f"pads as {kind}", "use padding='valid' or padding='same'")
    full = (height + padding.top + padding.bottom, width + padding.left + padding.right)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    rows, columns = ((n - r) // s + 1 for n, r, s in zip(full, reach, stride, strict=True))
    return Window(stride, dilation, padding, (rows, columns))


def _sides(value: int | Sequence[int]) -> tuple[int, int]:
    """Both directions; a series has one, which is the image's width."""
    if not isinstance(value, int) and len(value) == 1:
        return 1, int(value[0])
    return pair(value)


@dataclass(frozen=True, slots=True)
class Series:
    """A series [1, n, channels] as an image of one row, and back. `image` is the tensor to work on."""

    layer: KerasLayer
    source: Tensor

    @property
    def image(self) -> Tensor:
        batch, length, channels = self.source.shape
        return float_tensor(f"{self.layer.name}/row", (batch, 1, length, channels))

    def around(self, inner: Converted, shape: tuple[int, ...]) -> Converted:
        """`inner` works on the image, and writes an image of this shape under its output's name."""
        expand = Reshape(self.image.name, (self.source.name,), (self.image.name,))
        squeeze = Reshape(f"{self.layer.name}/squeeze", (inner.output,), (self.layer.name,))
        flat = float_tensor(self.layer.name, (shape[0], *shape[2:]))
        return Converted((expand, *inner.ops, squeeze), (self.image, *inner.tensors, flat), self.layer.name)


def _pooling(kind: type[MaxPool2D] | type[AveragePool2D]) -> Converter:
    def convert(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
        require_channels_last(layer)
        pool = pair(layer.config["pool_size"])
        slides = window(layer, sources[0], pool)
        op = kind(layer.name, (sources[0].name,), (layer.name,), pool, slides.stride, slides.padding)
        return alone(layer, op, (1, *slides.output, sources[0].shape[-1]))

    return convert


def _pooling_1d(kind: type[MaxPool2D] | type[AveragePool2D]) -> Converter:
    def convert(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
        require_channels_last(layer)
        series = Series(layer, sources[0])
        size = layer.config["pool_size"]
        pool = (1, int(size if isinstance(size, int) else size[0]))
        slides = window(layer, series.image, pool)
        stride = (1, slides.stride[1])
        name = f"{layer.name}/pooled"
        shape = (1, *slides.output, sources[0].shape[-1])
        op: Op = kind(layer.name, (series.image.name,), (name,), pool, stride, slides.padding)
        return series.around(Converted((op,), (float_tensor(name, shape),), name), shape)

    return convert


def _global(kind: type[Mean] | type[ReduceMax]) -> Converter:
    def convert(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
        require_channels_last(layer)
        shape = sources[0].shape
        axes = tuple(range(1, len(shape) - 1))
        keep = bool(layer.config.get("keepdims", False))
        op = kind(layer.name, (sources[0].name,), (layer.name,), axes, keep)
        return alone(layer, op, (1, *([1] * len(axes) if keep else []), shape[-1]))

    return convert


CONVERTERS: dict[str, Converter] = {
    "MaxPooling2D": _pooling(MaxPool2D),
    "AveragePooling2D": _pooling(AveragePool2D),
    "MaxPooling1D": _pooling_1d(MaxPool2D),
    "AveragePooling1D": _pooling_1d(AveragePool2D),
    "GlobalAveragePooling2D": _global(Mean),
    "GlobalMaxPooling2D": _global(ReduceMax),
    "GlobalAveragePooling1D": _global(Mean),
    "GlobalMaxPooling1D": _global(ReduceMax),
}
