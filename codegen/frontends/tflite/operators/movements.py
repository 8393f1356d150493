"""Operators that move elements."""

from __future__ import annotations

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader
from codegen.graph import (
    Activation,
    Concat,
    Op,
    Pad,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    Slice,
    Split,
    Transpose,
)


def _ints(site: Site, index: int, what: str) -> tuple[int, ...]:
    return tuple(int(n) for n in site.constant(index, what).reshape(-1))


def _reshape(site: Site) -> Op:
    # The target shape is in the output tensor already; a second input only repeats it.
    return Reshape(site.layer, *site.names(1))


def _concat(site: Site) -> Op:
    if site.activation() is not Activation.NONE:
        raise site.refuse("a fused activation", "put the activation before it")
    return Concat(site.layer, *site.names(), site.axis(int(site.options.axis)))


def _split_of(site: Site, data: int, axis: int) -> Op:
    source, rank = site.inputs[data], len(site.inputs[data].shape)
    (along,) = _ints(site, axis, "axis")
    if not -rank <= along < rank:
        raise site.refuse(f"the axis {along} of {rank}", "export the model again")
    return Split(site.layer, (source.name,), site.names()[1], along % rank)


def _slice(site: Site) -> Op:
    begin = _ints(site, 1, "begin")
    return Slice(site.layer, *site.names(1), begin, (1,) * len(begin))


def _strided_slice(site: Site) -> Op:
    options, source = site.options, site.inputs[0].shape
    for mask, what in (
        (options.ellipsisMask, "an ellipsis"),
        (options.newAxisMask, "a new axis"),
        (options.shrinkAxisMask, "an axis that vanishes"),
    ):
        if mask:
            raise site.refuse(what, "keep every axis, and reshape afterwards")
    given, step = _ints(site, 1, "begin"), _ints(site, 3, "step")
    if not len(given) == len(step) == len(source):
        raise site.refuse(f"{len(given)} begins for {len(source)} axes", "name every axis")
    begin = []
    for axis, (n, first, stride) in enumerate(zip(source, given, step, strict=True)):
        whole = bool(options.beginMask & (1 << axis))
        from_front = (0 if stride > 0 else n - 1) if whole else first + n if first < 0 else first
        begin.append(min(max(from_front, 0), n - 1))
    return Slice(site.layer, *site.names(1), tuple(begin), step)


def _pad(site: Site) -> Op:
    amounts = site.constant(1, "padding").reshape(-1, 2)
    before, after = (tuple(int(n) for n in amounts[:, side]) for side in (0, 1))
    return Pad(site.layer, *site.names(1), before, after, _pad_value(site))


def _pad_value(site: Site) -> float:
    """What PADV2 pads with, as a real number; PAD pads with 0."""
    if len(site.inputs) < 3:
        return 0.0
    value = float(site.constant(2, "padding value").reshape(-1)[0])
    quantization = site.inputs[2].quantization
    if quantization is None:
        return value
    return quantization.scale[0] * (value - quantization.zero_point[0])


def _transpose(site: Site) -> Op:
    axes = tuple(site.axis(n) for n in _ints(site, 1, "permutation"))
    return Transpose(site.layer, *site.names(1), axes)


def _resize(made: type[ResizeNearest] | type[ResizeBilinear]) -> Reader:
    def read(site: Site) -> Op:
        corners, centers = bool(site.options.alignCorners), bool(site.options.halfPixelCenters)
        return made(site.layer, *site.names(1), corners, centers)

    return read


READERS: dict[str, Reader] = {
    "RESHAPE": _reshape,
    "SQUEEZE": _reshape,
    "EXPAND_DIMS": _reshape,
    "CONCATENATION": _concat,
    "SPLIT": lambda site: _split_of(site, data=1, axis=0),
    "SPLIT_V": lambda site: _split_of(site, data=0, axis=2),
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "PAD": _pad,
    "PADV2": _pad,
    "TRANSPOSE": _transpose,
    "RESIZE_NEAREST_NEIGHBOR": _resize(ResizeNearest),
    "RESIZE_BILINEAR": _resize(ResizeBilinear),
}
