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
    Transpose,
)


def _reshape(site: Site) -> Op:
    # The target shape is in the output tensor already; a second input only repeats it.
    return Reshape(site.layer, *site.names(1))


def _concat(site: Site) -> Op:
    if site.activation() is not Activation.NONE:
        raise site.refuse("a fused activation", "put the activation before it")
    return Concat(site.layer, *site.names(), site.axis(int(site.options.axis)))


def _pad(site: Site) -> Op:
    amounts = site.integer_array(1, "padding").reshape(-1, 2)
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
    axes = tuple(site.axis(n) for n in site.integers(1, "permutation"))
    return Transpose(site.layer, *site.names(1), axes)


def _resize_bilinear(site: Site) -> Op:
    corners, centers = bool(site.options.alignCorners), bool(site.options.halfPixelCenters)
    return ResizeBilinear(site.layer, *site.names(1), corners, centers)


READERS: dict[str, Reader] = {
    "RESHAPE": _reshape,
    "SQUEEZE": _reshape,
    "EXPAND_DIMS": _reshape,
    "CONCATENATION": _concat,
    "PAD": _pad,
    "PADV2": _pad,
    "TRANSPOSE": _transpose,
    "RESIZE_BILINEAR": _resize_bilinear,
}
