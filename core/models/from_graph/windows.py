"""Pooling, over windows and over the whole image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from codegen.graph import AveragePool2D, MaxPool2D, Mean, Op, Reduce, ReduceMax
from core.models.from_graph.padding import is_never_negative, padded, zeros_around
from core.models.from_graph.site import Builder, Layer, Site, activated


def _max_pool(site: Site) -> Sequence[Layer]:
    op = cast(MaxPool2D, site.op)
    before, padding = padded(site, op.pool, op.stride, (1, 1), op.padding)
    if before and not is_never_negative(site, site.source.name):
        raise site.refusal("pads what may be negative, otherwise than Keras' padding='same' does")
    options = {"pool_size": op.pool, "strides": op.stride, "padding": padding}
    return (*before, *activated(site, Layer("MaxPooling2D", options)))


def _average_pool(site: Site) -> Sequence[Layer]:
    op = cast(AveragePool2D, site.op)
    before, padding = padded(site, op.pool, op.stride, (1, 1), op.padding)
    if op.counts_padding and padding == "same":
        before, padding = (zeros_around(op.padding),), "valid"
    elif before and not op.counts_padding:
        raise site.refusal("leaves padding out of its means, otherwise than Keras' padding='same' does")
    options = {"pool_size": op.pool, "strides": op.stride, "padding": padding}
    return (*before, *activated(site, Layer("AveragePooling2D", options)))


def _global(kind: str) -> Builder:
    def build(site: Site) -> Sequence[Layer]:
        op, rank = cast(Reduce, site.op), len(site.source.shape)
        if rank not in (3, 4) or op.axes != tuple(range(1, rank - 1)):
            raise site.refusal(f"works along the axes {op.axes} of {rank}")
        return (Layer(f"Global{kind}Pooling{rank - 2}D", {"keepdims": op.keep_dims}),)

    return build


BUILDERS: Mapping[type[Op], Builder] = {
    MaxPool2D: _max_pool,
    AveragePool2D: _average_pool,
    Mean: _global("Average"),
    ReduceMax: _global("Max"),
}
