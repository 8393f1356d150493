"""Operators whose results are elements of the input, taken by a table of places along an axis or two."""

from __future__ import annotations

from functools import partial
from operator import mul

import numpy as np

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader, StepBuilder, Steps
from codegen.graph import Array, Take

_REFLECT = 0  # schema: enum MirrorPadMode { REFLECT, SYMMETRIC }
#: A damaged file may ask for any number of them.
_MOST_PLACES = 2**20


def _taken(site: Site, places: dict[int, Array]) -> Steps:
    """One Take for each axis, in the order given."""
    source, steps = site.inputs[0], StepBuilder(site)
    (*before, last), shape = places.items(), list(source.shape)
    for axis, table in before:
        shape[axis] = len(table)
        tables = steps.constant(table.astype(np.int32))
        source = steps.join((source, tables), source, tuple(shape), partial(Take, axis=axis))
    axis, table = last
    steps.last_of((source, steps.constant(table.astype(np.int32))), partial(Take, axis=axis))
    return steps.done()


def _require_few(site: Site) -> None:
    """Raise CodegenError for axes that fit no board, before tables for them are made."""
    if max((*site.inputs[0].shape, *site.outputs[0].shape), default=0) > _MOST_PLACES:
        raise site.refuse("an axis longer than fits any board", "export the model again")


def _or_all(site: Site, places: dict[int, Array]) -> dict[int, Array]:
    """The places; those of the last axis, each once, where there are none to take."""
    last = len(site.inputs[0].shape) - 1
    return places or {last: np.arange(site.inputs[0].shape[last])}


def _tile(site: Site) -> Steps:
    shape, times = site.inputs[0].shape, site.integers(1, "number of repetitions")
    _require_few(site)
    fits = len(times) == len(shape) > 0 and site.outputs[0].shape == tuple(map(mul, shape, times))
    if not fits or min(times) < 1:
        raise site.refuse(f"the repetitions {times} for {shape}", "repeat each axis once at least")
    places = {
        axis: np.tile(np.arange(n), count)
        for axis, (n, count) in enumerate(zip(shape, times, strict=True))
        if count > 1
    }
    return _taken(site, _or_all(site, places))


def _gather(site: Site) -> Steps:
    _require_few(site)
    if int(site.options.batchDims):
        raise site.refuse("batch dimensions", "gather along one axis for all")
    axis, places = site.axis(int(site.options.axis)), site.integer_array(1, "list of places")
    if len(places.shape) != 1:
        raise site.refuse(f"places of the shape {places.shape}", "give a list, and reshape afterwards")
    size = site.inputs[0].shape[axis]
    if not places.size or places.min() < -size or places.max() >= size:
        raise site.refuse(f"places outside of the {size} along its axis", "export the model again")
    return _taken(site, {axis: places % size})


def _mirror_pad(site: Site) -> Steps:
    _require_few(site)
    shape = site.inputs[0].shape
    amounts = site.integer_array(1, "padding").reshape(-1, 2)
    edge = 0 if int(site.options.mode) != _REFLECT else 1
    fits = len(amounts) == len(shape) > 0 and all(
        0 <= n <= size - edge for size, row in zip(shape, amounts.tolist(), strict=True) for n in row
    )
    if not fits:
        raise site.refuse(f"a padding of {amounts.tolist()} for {shape}", "mirror no more than there is")
    mode = "symmetric" if edge == 0 else "reflect"
    places = {
        axis: np.pad(np.arange(size), tuple(amounts[axis]), mode=mode)  # type: ignore[call-overload]
        for axis, size in enumerate(shape)
        if amounts[axis].any()
    }
    return _taken(site, _or_all(site, places))


def _resize_nearest(site: Site) -> Steps:
    """TFLite `reference/resize_nearest_neighbor.h`, GetNearestNeighbor: in single precision."""
    site.require_rank(4)
    corners, centers = bool(site.options.alignCorners), bool(site.options.halfPixelCenters)
    if len(site.outputs[0].shape) != 4 or min(*site.inputs[0].shape, *site.outputs[0].shape) < 1:
        raise site.refuse(f"an output {site.outputs[0].shape}", "export the model again")
    sizes = zip(site.inputs[0].shape[1:3], site.outputs[0].shape[1:3], strict=True)
    _require_few(site)
    tables = {axis + 1: _nearest(*pair, corners, centers) for axis, pair in enumerate(sizes)}
    return _taken(site, tables)


def _nearest(size: int, result: int, corners: bool, centers: bool) -> Array:
    """Where each of `result` elements comes from."""
    between = corners and result > 1
    scale = np.float32(size - between) / np.float32(result - between)
    real = (np.arange(result).astype(np.float32) + np.float32(0.5 if centers else 0)) * scale
    # Rounded as C does: halves away from zero, and there is nothing below zero.
    places = np.floor(real.astype(np.float64) + 0.5) if corners else np.floor(real)
    return np.clip(places.astype(np.int64), 0, size - 1)


READERS: dict[str, Reader] = {
    "TILE": _tile,
    "GATHER": _gather,
    "MIRROR_PAD": _mirror_pad,
    "RESIZE_NEAREST_NEIGHBOR": _resize_nearest,
}
