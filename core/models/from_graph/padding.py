"""Padding of windows: Keras knows "same" and "valid"; everything else is a layer of zeros before."""

from __future__ import annotations

from collections.abc import Sequence

from codegen.graph import (
    Activation,
    Add,
    AveragePool2D,
    Concat,
    HardSigmoid,
    MaxPool2D,
    Op,
    Padding,
    Relu,
    ResizeNearest,
    Sigmoid,
    Softmax,
)
from core.models.from_graph.site import Layer, Site
from core.models.keras_layers import same_padding

Pair = tuple[int, int]

_NEVER_NEGATIVE = (Sigmoid, HardSigmoid, Softmax)
#: These give nothing negative where they get nothing negative.
_KEEP_THE_SIGN = (MaxPool2D, AveragePool2D, Concat, Add, ResizeNearest)


def padded(
    site: Site, kernel: Pair, stride: Pair, dilation: Pair, padding: Padding
) -> tuple[Sequence[Layer], str]:
    """The layers that pad the image before a window goes over it, and the window's own `padding`."""
    if padding == Padding():
        return (), "valid"
    if padding == same_padding((site.source.shape[1], site.source.shape[2]), kernel, stride, dilation):
        return (), "same"
    return (zeros_around(padding),), "valid"


def zeros_around(padding: Padding) -> Layer:
    borders = ((padding.top, padding.bottom), (padding.left, padding.right))
    return Layer("ZeroPadding2D", {"padding": borders}, suffix="padded")


def is_never_negative(site: Site, tensor: str) -> bool:
    """Whether zeros put around this tensor are never larger than what is in it."""
    op = site.graph.producer(tensor)
    if op is None:
        return False
    if isinstance(op, _NEVER_NEGATIVE) or _activation(op) in (Activation.RELU, Activation.RELU6):
        return True
    if not isinstance(op, _KEEP_THE_SIGN):
        return False
    sources = site.graph.activations_of(op)
    return len(sources) == len(op.inputs) and all(is_never_negative(site, name) for name in sources)


def _activation(op: Op) -> Activation:
    if op.fuses_activation or isinstance(op, Relu):
        found: Activation = getattr(op, "activation", Activation.NONE)
        return found
    return Activation.NONE
