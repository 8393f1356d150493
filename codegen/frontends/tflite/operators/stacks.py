"""Tensors joined along a new axis and taken apart again, and blocks of an image as channels."""

from __future__ import annotations

from functools import partial
from math import prod

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader, StepBuilder, Steps
from codegen.graph import Concat, Reshape, Split, Tensor, Transpose

Shape = tuple[int, ...]


def _with_axis(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], 1, *shape[axis:])


def _new_axis(site: Site, rank: int) -> int:
    """The option `axis`, of a tensor with so many axes."""
    axis = int(site.options.axis)
    if not -rank <= axis < rank:
        raise site.refuse(f"the axis {axis} of {rank}", "export the model again")
    return axis % rank


def _pack(site: Site) -> Steps:
    axis, steps = _new_axis(site, len(site.outputs[0].shape)), StepBuilder(site)
    parts = [steps.reshaped(source, _with_axis(source.shape, axis)) for source in site.inputs]
    steps.last_of(tuple(parts), partial(Concat, axis=axis))
    return steps.done()


def _unpack(site: Site) -> Steps:
    source, steps = site.inputs[0], StepBuilder(site)
    axis = _new_axis(site, len(source.shape))
    shapes = [_with_axis(part.shape, axis) for part in site.outputs]
    parts = steps.pieces(source, shapes, partial(Split, axis=axis))
    for part, output in zip(parts, site.outputs, strict=True):
        steps.last(part, Reshape, output)
    return steps.done()


def _space_to_depth(site: Site) -> Steps:
    site.require_rank(4)
    batch, height, width, channels = site.outputs[0].shape
    block = _block(site)
    _require(site, site.inputs[0], (batch, height * block, width * block, channels // block**2))
    inside = (batch, height, block, width, block, channels // block**2)
    return _turned(site, inside, (0, 1, 3, 2, 4, 5))


def _depth_to_space(site: Site) -> Steps:
    site.require_rank(4)
    batch, height, width, channels = site.inputs[0].shape
    block = _block(site)
    _require(site, site.outputs[0], (batch, height * block, width * block, channels // block**2))
    return _turned(site, (batch, height, width, block, block, channels // block**2), (0, 1, 3, 2, 4, 5))


def _require(site: Site, tensor: Tensor, shape: Shape) -> None:
    if tensor.shape != shape:
        raise site.refuse(f"blocks that make {shape} and not {tensor.shape}", "export the model again")


def _block(site: Site) -> int:
    block = int(site.options.blockSize)
    if block < 1:
        raise site.refuse(f"blocks of {block}", "export the model again")
    return block


def _turned(site: Site, inside: Shape, order: Shape) -> Steps:
    """The input seen as `inside`, its axes in another order, seen as the output."""
    source, steps = site.inputs[0], StepBuilder(site)
    if prod(inside) != source.elements:
        raise site.refuse(f"an input {source.shape} that has no such blocks", "export the model again")
    seen = steps.between(source, inside, Reshape)
    turned = steps.between(seen, tuple(inside[n] for n in order), partial(Transpose, permutation=order))
    steps.last(turned, Reshape)
    return steps.done()


READERS: dict[str, Reader] = {
    "PACK": _pack,
    "UNPACK": _unpack,
    "SPACE_TO_DEPTH": _space_to_depth,
    "DEPTH_TO_SPACE": _depth_to_space,
}
