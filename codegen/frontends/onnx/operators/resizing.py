"""Resize: nearest and linear, where the places it reads are those of one of the Graph's three ways.

ONNX has many ways to place and to round; what counts is which elements are read. They are computed for the
sizes at hand and compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.reductions import axis_of
from codegen.frontends.onnx.value import Activation, Value, channels_last, identity
from codegen.graph import Array, ResizeBilinear, ResizeNearest

_HINT = "use half_pixel, align_corners or asymmetric places, with nearest_mode='floor' for the last"
_LARGEST_SIDE = 65_535


@dataclass(frozen=True, slots=True)
class _Way:
    """How the Graph's Resize places what it reads."""

    align_corners: bool
    half_pixel_centers: bool


_WAYS = (_Way(False, False), _Way(False, True), _Way(True, False))


@dataclass(frozen=True, slots=True)
class _Axis:
    """`scale` is output per input, as the file gives it."""

    size: int
    output: int
    scale: float


def resize(builder: Builder, node: Node) -> Value:
    value = builder.unscrambled(node, builder.activation(node))
    if value.rank not in (3, 4):
        raise node.refusal(f"resizes {list(value.shape)}", "resize images [N, C, H, W]")
    if value.shape[0] != 1:
        raise node.refusal(f"works on {value.shape[0]} images at once", "export the model with a batch of 1")
    axes = _axes(builder, node, value)
    if any(axes[n].output != axes[n].size for n in (0, 1)):
        raise node.refusal("resizes the batch or the channels", "resize height and width alone")
    mode = node.text("mode", "nearest")
    if mode not in ("nearest", "linear"):
        raise node.refusal(f"resizes in the mode {mode!r}", "use nearest or linear")
    if node.integer("antialias", 0) and any(axis.output < axis.size for axis in axes):
        raise node.refusal("resizes with antialias", "use antialias=0")
    way = _nearest(node, axes[2:]) if mode == "nearest" else _linear(node, axes[2:])
    value = builder.ordered(node, value, channels_last(value.rank))
    shape = tuple(axis.output for axis in axes)
    source, stored = value.tensor, tuple(shape[axis] for axis in value.order)
    if value.rank == 3:
        batch, channels, width = value.shape
        source = builder.reshaped(node, source, (batch, 1, width, channels))
    kind = ResizeNearest if mode == "nearest" else ResizeBilinear
    whole = stored if value.rank == 4 else (stored[0], 1, *stored[1:])
    tensor = builder.emit(
        node,
        kind,
        (source,),
        whole,
        align_corners=way.align_corners,
        half_pixel_centers=way.half_pixel_centers,
    )
    return replace(value, shape=shape, tensor=builder.reshaped(node, tensor, stored, suffix="_line"))


def _axes(builder: Builder, node: Node, value: Activation) -> list[_Axis]:
    chosen = node.integers("axes", identity(value.rank)) or ()
    axes = [axis_of(node, axis, value.rank) for axis in chosen]
    if node.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise node.refusal("keeps the ratio of the sides", "give both sides")
    sizes = builder.integers(node, 3)
    result = [_Axis(n, n, 1.0) for n in value.shape]
    scales = builder.constant(node, 2).ravel() if node.has_input(2) else np.empty(0)
    if (sizes is None and len(scales) != len(axes)) or (sizes is not None and len(sizes) != len(axes)):
        raise node.broken("has sizes or scales for other axes")
    for place, axis in enumerate(axes):
        n = value.shape[axis]
        if sizes is not None:
            result[axis] = _Axis(n, sizes[place], sizes[place] / n)
        elif not 0 < float(scales[place]) <= _LARGEST_SIDE:
            raise node.broken(f"scales by {scales[place]}")
        else:
            result[axis] = _Axis(n, int(np.floor(n * scales[place])), float(scales[place]))
    if not all(0 < axis.output <= _LARGEST_SIDE for axis in result):
        raise node.refusal("gives an image without, or with very many, places", "use other sizes")
    return result


def _places(node: Node, axis: _Axis) -> Array:
    """Where each output lies on the input, by ONNX's coordinate_transformation_mode."""
    x = np.arange(axis.output, dtype=np.float64)
    mode = node.text("coordinate_transformation_mode", "half_pixel")
    if mode == "asymmetric":
        return x / axis.scale
    if mode == "align_corners":
        if abs(axis.scale * axis.size - axis.output) > 1e-3:
            raise node.refusal(
                "aligns corners with sides that are no whole numbers", "give sizes, not scales"
            )
        return x * (axis.size - 1) / (axis.output - 1) if axis.output > 1 else x * 0
    if mode == "half_pixel_symmetric":
        adjusted = axis.output / (axis.scale * axis.size)
        return axis.size / 2 * (1 - adjusted) + (x + 0.5) / axis.scale - 0.5
    if mode == "pytorch_half_pixel" and axis.output == 1:
        return x * 0
    if mode in ("half_pixel", "pytorch_half_pixel"):
        return (x + 0.5) / axis.scale - 0.5
    raise node.refusal(f"places its elements by {mode!r}", _HINT)


_ROUNDINGS: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def _graph_places(way: _Way, axis: _Axis, nearest: bool) -> Array:
    """Where each output lies for the Graph's operators, as in TFLite's ResizeNearestNeighbor and
    ResizeBilinear; for nearest the element itself."""
    x = np.arange(axis.output, dtype=np.float64)
    scale = axis.size / axis.output
    if way.align_corners and axis.output > 1:
        scale = (axis.size - 1) / (axis.output - 1)
    if not nearest:
        return (x + 0.5) * scale - 0.5 if way.half_pixel_centers else x * scale
    places = (x + 0.5) * scale if way.half_pixel_centers else x * scale
    rounded = np.floor(places + 0.5) if way.align_corners else np.floor(places + 1e-9)
    return np.clip(rounded, 0, axis.size - 1)


def _nearest(node: Node, axes: list[_Axis]) -> _Way:
    rounding = _ROUNDINGS.get(node.text("nearest_mode", "round_prefer_floor"))
    if rounding is None:
        raise node.broken(f"rounds by {node.text('nearest_mode', '')!r}")
    wanted = [np.clip(rounding(_places(node, axis)), 0, axis.size - 1) for axis in axes]
    return _matching(node, axes, wanted, nearest=True)


def _linear(node: Node, axes: list[_Axis]) -> _Way:
    wanted = [np.clip(_places(node, axis), 0, axis.size - 1) for axis in axes]
    return _matching(node, axes, wanted, nearest=False)


def _matching(node: Node, axes: list[_Axis], wanted: list[Array], nearest: bool) -> _Way:
    for way in _WAYS:
        given = [np.clip(_graph_places(way, axis, nearest), 0, axis.size - 1) for axis in axes]
        if all(np.allclose(a, b, atol=1e-6) for a, b in zip(given, wanted, strict=True)):
            return way
    raise node.refusal("reads places that the compiler's resize does not", _HINT)
