"""Operators on one element at a time, and softmaxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from codegen.graph import (
    Activation,
    Clip,
    Elu,
    Gelu,
    HardSigmoid,
    LeakyRelu,
    Op,
    PRelu,
    Relu,
    Softmax,
)
from core.models.activation_names import PLAIN
from core.models.from_graph.site import FUSED_NAMES, Builder, Layer, Site


def _named(name: str) -> Builder:
    return lambda site: (Layer("Activation", {"activation": name}),)


def _relu(site: Site) -> Sequence[Layer]:
    return (Layer("Activation", {"activation": FUSED_NAMES[cast(Relu, site.op).activation]}),)


def _leaky_relu(site: Site) -> Sequence[Layer]:
    return (Layer("LeakyReLU", {"negative_slope": cast(LeakyRelu, site.op).alpha}),)


def _elu(site: Site) -> Sequence[Layer]:
    return (Layer("ELU", {"alpha": cast(Elu, site.op).alpha}),)


def _gelu(site: Site) -> Sequence[Layer]:
    if cast(Gelu, site.op).approximate:
        raise site.refusal("uses the tanh formula of GELU")
    return (Layer("Activation", {"activation": "gelu"}),)


def _hard_sigmoid(site: Site) -> Sequence[Layer]:
    """min(1, max(0, αx + β)), where Keras has relu6(x + 3) / 6."""
    op = cast(HardSigmoid, site.op)
    scale, offset = 6.0 * op.alpha, 6.0 * op.beta - 3.0
    layer = Layer("Activation", {"activation": "hard_sigmoid"})
    if np.allclose((scale, offset), (1.0, 0.0), atol=1e-6):
        return (layer,)
    return (Layer("Rescaling", {"scale": scale, "offset": offset}, suffix="scaled"), layer)


#: The limits for which there is a Keras layer.
_CLIPS = {activation.limits: activation for activation in Activation}


def _clip(site: Site) -> Sequence[Layer]:
    op = cast(Clip, site.op)
    if (op.low, op.high) in _CLIPS:
        name = FUSED_NAMES[_CLIPS[op.low, op.high]]
        return () if name == "linear" else (Layer("Activation", {"activation": name}),)
    if op.low == 0.0:
        return (Layer("ReLU", {"max_value": op.high}),)
    raise site.refusal(f"clips to {op.low:g} … {op.high:g}")


def _prelu(site: Site) -> Sequence[Layer]:
    slope, rank = site.constant(1), len(site.source.shape)
    slope = slope.reshape((1,) * (rank - slope.ndim) + slope.shape)[0]
    shared = [axis for axis, n in enumerate(slope.shape, start=1) if n == 1]
    if any(n not in (1, whole) for n, whole in zip(slope.shape, site.source.shape[1:], strict=True)):
        raise site.refusal("has slopes of another shape than its input")
    return (Layer("PReLU", {"shared_axes": shared or None}, (slope,)),)


def _softmax(site: Site) -> Sequence[Layer]:
    beta = cast(Softmax, site.op).beta
    layer = Layer("Softmax")
    return (layer,) if beta == 1.0 else (Layer("Rescaling", {"scale": beta}, suffix="scaled"), layer)


BUILDERS: Mapping[type[Op], Builder] = {
    **{operator: _named(name) for name, operator in PLAIN.items()},
    Relu: _relu,
    LeakyRelu: _leaky_relu,
    PRelu: _prelu,
    Elu: _elu,
    HardSigmoid: _hard_sigmoid,
    Gelu: _gelu,
    Clip: _clip,
    Softmax: _softmax,
}
