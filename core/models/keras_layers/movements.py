"""Layers that move elements, and those that do nothing once a model is trained."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from codegen.graph import Pad, Reshape, ResizeBilinear, ResizeNearest, Slice, Tensor, Transpose
from core.models.keras_config import KerasLayer
from core.models.keras_file import FloatArray
from core.models.keras_layers.converted import (
    Converted,
    Converter,
    alone,
    pair,
    refuse,
    require_channels_last,
)


def flatten(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    require_channels_last(layer)
    return _reshaped(layer, sources[0], (1, prod(sources[0].shape)))


def reshape(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    target = [int(n) for n in layer.config["target_shape"]]
    if -1 in target:
        target[target.index(-1)] = sources[0].elements // -prod(target)
    return _reshaped(layer, sources[0], (1, *target))


def _reshaped(layer: KerasLayer, source: Tensor, shape: tuple[int, ...]) -> Converted:
    return alone(layer, Reshape(layer.name, (source.name,), (layer.name,)), shape)


def permute(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    order = (0, *(int(n) for n in layer.config["dims"]))
    shape = tuple(sources[0].shape[n] for n in order)
    return alone(layer, Transpose(layer.name, (sources[0].name,), (layer.name,), order), shape)


def _borders(value: int | Sequence[int | Sequence[int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """((top, bottom), (left, right)) of Keras' three ways to write them."""
    if isinstance(value, int):
        return (value, value), (value, value)
    rows, columns = (pair(side) for side in value)
    return rows, columns


def zero_padding2d(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    require_channels_last(layer)
    (top, bottom), (left, right) = _borders(layer.config["padding"])
    _, height, width, channels = sources[0].shape
    op = Pad(layer.name, (sources[0].name,), (layer.name,), (0, top, left, 0), (0, bottom, right, 0))
    return alone(layer, op, (1, height + top + bottom, width + left + right, channels))


def cropping2d(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    require_channels_last(layer)
    (top, bottom), (left, right) = _borders(layer.config["cropping"])
    _, height, width, channels = sources[0].shape
    op = Slice(layer.name, (sources[0].name,), (layer.name,), (0, top, left, 0), (1, 1, 1, 1))
    return alone(layer, op, (1, height - top - bottom, width - left - right, channels))


_RESIZES = {"nearest": ResizeNearest, "bilinear": ResizeBilinear}


def up_sampling2d(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """Both ways look at the centres of pixels, as tf.image.resize does."""
    require_channels_last(layer)
    way = layer.config.get("interpolation", "nearest")
    if way not in _RESIZES:
        raise refuse(layer, f"interpolates as {way}", "use interpolation='nearest' or 'bilinear'")
    rows, columns = pair(layer.config["size"])
    _, height, width, channels = sources[0].shape
    op = _RESIZES[way](layer.name, (sources[0].name,), (layer.name,), half_pixel_centers=True)
    return alone(layer, op, (1, height * rows, width * columns, channels))


def dropped(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """A layer that does nothing once the model is trained."""
    return Converted((), (), sources[0].name)


CONVERTERS: dict[str, Converter] = {
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "ZeroPadding2D": zero_padding2d,
    "Cropping2D": cropping2d,
    "UpSampling2D": up_sampling2d,
    **dict.fromkeys(
        (
            "Dropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "GaussianNoise",
            "GaussianDropout",
            "ActivityRegularization",
            "Identity",
        ),
        dropped,
    ),
}
