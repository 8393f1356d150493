"""Operators that move elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import cast

from codegen.graph import Op, Pad, Padding, Reshape, Resize, ResizeBilinear, ResizeNearest, Slice, Transpose
from core.models.from_graph.padding import zeros_around
from core.models.from_graph.site import Builder, Layer, Site


def _reshape(site: Site) -> Sequence[Layer]:
    before, after = site.source.shape, site.result.shape
    if before == after:
        return ()
    if before[0] != 1 or after[0] != 1:
        raise site.refusal("moves the axis of the samples")
    if after == (1, prod(before)):
        return (Layer("Flatten"),)
    return (Layer("Reshape", {"target_shape": after[1:]}),)


def _transpose(site: Site) -> Sequence[Layer]:
    order = cast(Transpose, site.op).permutation
    if order[0] != 0:
        raise site.refusal("moves the axis of the samples")
    return (Layer("Permute", {"dims": order[1:]}),)


def _pad(site: Site) -> Sequence[Layer]:
    op, rank = cast(Pad, site.op), len(site.source.shape)
    sides = list(zip(op.before, op.after, strict=True))
    if rank != 4 or op.value != 0.0 or sides[0] != (0, 0) or sides[3] != (0, 0):
        raise site.refusal("pads otherwise than height and width with zeros")
    layer = zeros_around(Padding(*sides[1], *sides[2]))
    return (Layer(layer.class_name, layer.options),)


def _slice(site: Site) -> Sequence[Layer]:
    op, before, after = cast(Slice, site.op), site.source.shape, site.result.shape
    if before == after:
        return ()
    if len(before) != 4 or set(op.step) != {1} or (before[0], before[3]) != (after[0], after[3]):
        raise site.refusal("cuts otherwise than rows and columns at the edges")
    cropping = [(op.begin[axis], before[axis] - op.begin[axis] - after[axis]) for axis in (1, 2)]
    return (Layer("Cropping2D", {"cropping": cropping}),)


def _resize(interpolation: str) -> Builder:
    def build(site: Site) -> Sequence[Layer]:
        op = cast(Resize, site.op)
        (_, *before, _), (_, *after, _) = site.source.shape, site.result.shape
        whole = all(new % old == 0 for old, new in zip(before, after, strict=True))
        # The nearest of a whole multiple is the same for both ways to count pixels.
        centres = op.half_pixel_centers or interpolation == "nearest"
        if not whole or op.align_corners or not centres:
            raise site.refusal("resizes otherwise than Keras' UpSampling2D does")
        size = tuple(new // old for old, new in zip(before, after, strict=True))
        return (Layer("UpSampling2D", {"size": size, "interpolation": interpolation}),)

    return build


BUILDERS: Mapping[type[Op], Builder] = {
    Reshape: _reshape,
    Transpose: _transpose,
    Pad: _pad,
    Slice: _slice,
    ResizeNearest: _resize("nearest"),
    ResizeBilinear: _resize("bilinear"),
}
