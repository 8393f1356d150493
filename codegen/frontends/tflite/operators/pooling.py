"""Pooling, and reductions along axes."""

from __future__ import annotations

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader
from codegen.graph import ArgMax, AveragePool2D, MaxPool2D, Mean, Op, Reduce, ReduceMax, ReduceMin, ReduceSum


def _pool(made: type[MaxPool2D] | type[AveragePool2D]) -> Reader:
    def read(site: Site) -> Op:
        pool = (int(site.options.filterHeight), int(site.options.filterWidth))
        stride = (int(site.options.strideH), int(site.options.strideW))
        padding = site.padding(pool, stride)
        return made(site.layer, *site.names(), pool, stride, padding, site.activation())

    return read


def _reduce(made: type[Reduce]) -> Reader:
    def read(site: Site) -> Op:
        axes = tuple(sorted({site.axis(int(n)) for n in site.constant(1, "axis").reshape(-1)}))
        return made(site.layer, *site.names(1), axes, bool(site.options.keepDims))

    return read


def _arg_max(site: Site) -> Op:
    axis = site.axis(int(site.constant(1, "axis").reshape(-1)[0]))
    return ArgMax(site.layer, *site.names(1), axis)


READERS: dict[str, Reader] = {
    "MAX_POOL_2D": _pool(MaxPool2D),
    "AVERAGE_POOL_2D": _pool(AveragePool2D),
    "MEAN": _reduce(Mean),
    "REDUCE_MAX": _reduce(ReduceMax),
    "REDUCE_MIN": _reduce(ReduceMin),
    "SUM": _reduce(ReduceSum),
    "ARG_MAX": _arg_max,
}
