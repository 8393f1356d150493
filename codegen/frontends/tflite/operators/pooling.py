"""Pooling, and reductions along axes."""

from __future__ import annotations

from functools import partial

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader, StepBuilder, Steps
from codegen.graph import (
    ArgMax,
    ArgMin,
    AveragePool2D,
    MaxPool2D,
    Mean,
    Op,
    Reduce,
    ReduceMax,
    ReduceMin,
    ReduceProd,
    ReduceSum,
    Reshape,
    Transpose,
)


def _pool(made: type[MaxPool2D] | type[AveragePool2D]) -> Reader:
    def read(site: Site) -> Op:
        pool = (int(site.options.filterHeight), int(site.options.filterWidth))
        stride = (int(site.options.strideH), int(site.options.strideW))
        padding = site.padding(pool, stride)
        return made(site.layer, *site.names(), pool, stride, padding, site.activation())

    return read


def _reduce(made: type[Reduce]) -> Reader:
    def read(site: Site) -> Op | Steps:
        axes = tuple(sorted({site.axis(n) for n in site.integers(1, "axis")}))
        if _apart(site.inputs[0].shape, axes):
            return _brought_together(site, made, axes)
        return made(site.layer, *site.names(1), axes, bool(site.options.keepDims))

    return read


def _apart(shape: tuple[int, ...], axes: tuple[int, ...]) -> bool:
    """Whether other axes lie between those, longer than 1; the kernels reduce what lies together."""
    real = [axis for axis in axes if shape[axis] > 1]
    return any(shape[axis] > 1 for axis in range(real[0], real[-1]) if axis not in axes) if real else False


def _brought_together(site: Site, made: type[Reduce], axes: tuple[int, ...]) -> Steps:
    """The reduced axes moved to the end, and reduced there."""
    source, steps = site.inputs[0], StepBuilder(site)
    left = tuple(axis for axis in range(len(source.shape)) if axis not in axes)
    order = left + axes
    shape = tuple(source.shape[axis] for axis in order)
    turned = steps.between(source, shape, partial(Transpose, permutation=order))
    last = tuple(range(len(left), len(order)))
    reduced = partial(made, axes=last)
    if site.options.keepDims:
        rest = steps.join((turned,), site.outputs[0], shape[: len(left)], reduced)
        steps.last(rest, Reshape)
    else:
        steps.last(turned, reduced)
    return steps.done()


def _place(made: type[ArgMax]) -> Reader:
    def read(site: Site) -> Op:
        (axis,) = site.integers(1, "axis")
        return made(site.layer, *site.names(1), site.axis(axis))

    return read


READERS: dict[str, Reader] = {
    "MAX_POOL_2D": _pool(MaxPool2D),
    "AVERAGE_POOL_2D": _pool(AveragePool2D),
    "MEAN": _reduce(Mean),
    "REDUCE_MAX": _reduce(ReduceMax),
    "REDUCE_MIN": _reduce(ReduceMin),
    "REDUCE_PROD": _reduce(ReduceProd),
    "SUM": _reduce(ReduceSum),
    "ARG_MAX": _place(ArgMax),
    "ARG_MIN": _place(ArgMin),
}
