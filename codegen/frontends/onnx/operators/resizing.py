"""Resize: nearest, linear and cubic, along any axes.

ONNX has many ways to place and to round; what counts is which elements are read. They are computed for the
sizes at hand. Where they are those of one of the Graph's three ways to resize an image, that is taken;
otherwise each axis is resized by a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.arithmetic import combined
from codegen.frontends.onnx.operators.interpolation import KERNELS, interpolation
from codegen.frontends.onnx.operators.reductions import axis_of
from codegen.frontends.onnx.operators.resampling import require_small, resampled
from codegen.frontends.onnx.operators.taking import taken
from codegen.frontends.onnx.value import Activation, Constant, Value, channels_last, identity
from codegen.graph import Add, Array, ResizeBilinear, ResizeNearest

_REGION = "tf_crop_and_resize"
_POLICIES: dict[str, Callable[[Iterable[float]], float]] = {"not_larger": min, "not_smaller": max}
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
    """`scale` is output per input, as the file gives it; `region` begins and ends at these parts of the
    input."""

    size: int
    output: int
    scale: float
    region: tuple[float, float] = (0.0, 1.0)


def resize(builder: Builder, node: Node) -> Value:
    value = builder.unscrambled(node, builder.activation(node))
    axes = _axes(builder, node, value)
    mode = node.text("mode", "nearest")
    if mode not in ("nearest", *KERNELS):
        raise node.broken(f"resizes in the mode {mode!r}")
    way = _usual_way(node, axes, mode)
    if way is not None:
        return _resized_image(builder, node, value, axes, way)
    if mode == "nearest":
        return _by_table(builder, node, value, axes)
    return _by_weights(builder, node, value, axes, mode)


def _resized_image(
    builder: Builder, node: Node, value: Activation, axes: list[_Axis], way: _Way
) -> Activation:
    """Height and width through the Graph's own operators."""
    value = builder.ordered(node, value, channels_last(value.rank))
    shape = tuple(axis.output for axis in axes)
    source, stored = value.tensor, tuple(shape[axis] for axis in value.order)
    if value.rank == 3:
        batch, channels, width = value.shape
        source = builder.reshaped(node, source, (batch, 1, width, channels))
    kind = ResizeNearest if node.text("mode", "nearest") == "nearest" else ResizeBilinear
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


def _by_table(builder: Builder, node: Node, value: Activation, axes: list[_Axis]) -> Activation:
    """Each axis by a table of the nearest elements."""
    for n, axis in enumerate(axes):
        places = _rounded(node, axis)
        if axis.output != axis.size or not np.array_equal(places, np.arange(axis.size)):
            if _outside(node, axis).any():
                raise node.refusal("reads outside of the image", "resize the whole image")
            value = taken(builder, node, value, n, places, f"_{n}")
    return value


def _by_weights(builder: Builder, node: Node, value: Activation, axes: list[_Axis], mode: str) -> Activation:
    """Each axis by the weights of the elements around; what lies outside is a constant."""
    builder.require_real(node, value)
    beyond = np.zeros((), bool)
    for n, axis in enumerate(axes):
        outside = _outside(node, axis)
        beyond = beyond | outside.reshape(tuple(-1 if a == n else 1 for a in range(value.rank)))
        if axis.output == axis.size and axis.scale == 1.0 and not outside.any():
            continue
        require_small(node, axis.output, axis.size)
        matrix = interpolation(node, mode, axis.size, _places(node, axis), axis.scale)
        value = resampled(builder, node, value, n, np.where(outside[:, None], 0.0, matrix), f"_{n}")
    fill = node.number("extrapolation_value", 0.0)
    if not beyond.any() or fill == 0.0:
        return value
    return combined(builder, node, Add, value, Constant(np.where(beyond, fill, 0.0).astype(np.float32)))


def _axes(builder: Builder, node: Node, value: Activation) -> list[_Axis]:
    chosen = node.integers("axes", identity(value.rank)) or ()
    axes = [axis_of(node, axis, value.rank) for axis in chosen]
    sizes = _sizes(builder, node, [value.shape[axis] for axis in axes])
    result = [_Axis(n, n, 1.0) for n in value.shape]
    scales = builder.constant(node, 2).ravel() if node.has_input(2) else np.empty(0)
    if (sizes is None and len(scales) != len(axes)) or (sizes is not None and len(sizes) != len(axes)):
        raise node.broken("has sizes or scales for other axes")
    regions = _regions(builder, node, len(axes))
    for place, axis in enumerate(axes):
        n = value.shape[axis]
        if sizes is not None:
            result[axis] = _Axis(n, sizes[place], sizes[place] / n, regions[place])
        elif not 0 < float(scales[place]) <= _LARGEST_SIDE:
            raise node.broken(f"scales by {scales[place]}")
        else:
            output = int(np.floor(n * scales[place]))
            result[axis] = _Axis(n, output, float(scales[place]), regions[place])
    if not all(0 < axis.output <= _LARGEST_SIDE for axis in result):
        raise node.refusal("gives an image without, or with very many, places", "use other sizes")
    return result


def _sizes(builder: Builder, node: Node, given: list[int]) -> tuple[int, ...] | None:
    """The wanted sizes of the axes; to keep the ratio of the sides, all by the smallest or largest factor."""
    sizes = builder.integers(node, 3)
    policy = node.text("keep_aspect_ratio_policy", "stretch")
    if policy == "stretch" or sizes is None or len(sizes) != len(given):
        return sizes
    if policy not in _POLICIES:
        raise node.broken(f"keeps the ratio of the sides by {policy!r}")
    factor = _POLICIES[policy](size / n for size, n in zip(sizes, given, strict=True))
    return tuple(int(np.floor(factor * n + 0.5)) for n in given)


def _regions(builder: Builder, node: Node, count: int) -> list[tuple[float, float]]:
    """Where the region of each axis begins and ends."""
    if node.text("coordinate_transformation_mode", "half_pixel") != _REGION:
        return [(0.0, 1.0)] * count
    data = builder.constant(node, 1).ravel() if node.has_input(1) else np.empty(0)
    if len(data) != 2 * count or not np.isfinite(data).all():
        raise node.broken("has an odd region")
    return [(float(a), float(b)) for a, b in zip(data[:count], data[count:], strict=True)]


def _outside(node: Node, axis: _Axis) -> Array:
    """Which outputs lie outside of the image, where that counts."""
    if node.text("coordinate_transformation_mode", "half_pixel") != _REGION:
        return np.zeros(axis.output, bool)
    places = _places(node, axis)
    return np.asarray((places < 0) | (places > axis.size - 1))


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
    if mode == _REGION:
        begin, end = axis.region
        if axis.output == 1:
            return x + (begin + end) * (axis.size - 1) / 2
        return begin * (axis.size - 1) + x * (end - begin) * (axis.size - 1) / (axis.output - 1)
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


def _rounded(node: Node, axis: _Axis) -> Array:
    """The element that each output is."""
    rounding = _ROUNDINGS.get(node.text("nearest_mode", "round_prefer_floor"))
    if rounding is None:
        raise node.broken(f"rounds by {node.text('nearest_mode', '')!r}")
    return np.clip(rounding(_places(node, axis)), 0, axis.size - 1).astype(np.int64)


def _usual_way(node: Node, axes: list[_Axis], mode: str) -> _Way | None:
    """The way of the Graph's operators that reads the same places, or None."""
    shrinks = any(axis.output < axis.size for axis in axes)
    if mode == "cubic" or len(axes) not in (3, 4) or (node.integer("antialias", 0) and shrinks):
        return None
    kept = all(axis.output == axis.size for axis in axes[:2]) and axes[0].size == 1
    if not kept or any(_outside(node, axis).any() for axis in axes):
        return None
    nearest = mode == "nearest"
    wanted = [
        _rounded(node, axis) if nearest else np.clip(_places(node, axis), 0, axis.size - 1) for axis in axes
    ]
    if any(not np.allclose(w, np.arange(axis.size)) for w, axis in zip(wanted[:2], axes[:2], strict=True)):
        return None
    for way in _WAYS:
        given = [np.clip(_graph_places(way, axis, nearest), 0, axis.size - 1) for axis in axes[2:]]
        if all(np.allclose(a, b, atol=1e-6) for a, b in zip(given, wanted[2:], strict=True)):
            return way
    return None
