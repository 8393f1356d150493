"""Operators on several inputs: sums, products, concatenations; with a constant, scales and shifts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from codegen.graph import Add, Concat, Div, Maximum, Minimum, Mul, Op, Sub
from core.models.from_graph.site import Builder, FloatArray, Layer, Site, activated

#: (scale, offset) of x · scale + offset, from the constant and whether it stands first.
_Affine = Callable[[FloatArray, bool], tuple[FloatArray, FloatArray]]

_ONE, _ZERO = np.ones(1, np.float32), np.zeros(1, np.float32)

_AFFINE: Mapping[type[Op], _Affine] = {
    Add: lambda c, first: (_ONE, c),
    Sub: lambda c, first: (-_ONE, c) if first else (_ONE, -c),
    Mul: lambda c, first: (c, _ZERO),
    Div: lambda c, first: (1.0 / c, _ZERO),
}


def _pairwise(class_name: str) -> Builder:
    def build(site: Site) -> Sequence[Layer]:
        computed = site.graph.activations_of(site.op)
        layer = Layer(class_name) if len(computed) == len(site.op.inputs) else _with_constant(site)
        return activated(site, layer)

    return build


def _with_constant(site: Site) -> Layer:
    """x · scale + offset, with one number or one a channel."""
    place = next(n for n, name in enumerate(site.op.inputs) if site.graph.tensors[name].is_constant)
    constant, affine = site.constant(place), _AFFINE.get(type(site.op))
    first = place == 0
    if affine is None or (first and isinstance(site.op, Div)):
        raise site.refusal("computes with a constant")
    if constant.size not in (1, constant.shape[-1] if constant.ndim else 1):
        raise site.refusal(f"computes with a constant of the shape {list(constant.shape)}")
    if site.source.shape != site.result.shape:
        raise site.refusal("spreads its input over a larger shape")
    scale, offset = affine(constant.reshape(-1), first)
    return Layer("Rescaling", {"scale": _plain(scale), "offset": _plain(offset)})


def _plain(values: FloatArray) -> float | list[float]:
    """As it can be written into a model's config."""
    return float(values[0]) if values.size == 1 else [float(v) for v in values]


def _div(site: Site) -> Sequence[Layer]:
    if len(site.graph.activations_of(site.op)) > 1:
        raise site.refusal("divides one computed value by another")
    return activated(site, _with_constant(site))


def _concat(site: Site) -> Sequence[Layer]:
    axis = cast(Concat, site.op).axis
    if axis == 0 or len(site.graph.activations_of(site.op)) < len(site.op.inputs):
        raise site.refusal("joins samples, or constants")
    return (Layer("Concatenate", {"axis": axis}),)


BUILDERS: Mapping[type[Op], Builder] = {
    Add: _pairwise("Add"),
    Sub: _pairwise("Subtract"),
    Mul: _pairwise("Multiply"),
    Div: _div,
    Maximum: _pairwise("Maximum"),
    Minimum: _pairwise("Minimum"),
    Concat: _concat,
}
