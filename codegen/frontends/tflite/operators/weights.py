"""Convolutions and dense layers."""

from __future__ import annotations

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader
from codegen.graph import Conv2D, Dense, DepthwiseConv2D, Op


def _window(site: Site) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Kernel, stride and dilation."""
    kernel = (site.inputs[1].shape[1], site.inputs[1].shape[2])
    stride = (int(site.options.strideH), int(site.options.strideW))
    dilation = (int(site.options.dilationHFactor), int(site.options.dilationWFactor))
    return kernel, stride, dilation


def _conv2d(site: Site) -> Op:
    kernel, stride, dilation = _window(site)
    groups, rest = divmod(site.inputs[0].shape[3], site.inputs[1].shape[3])
    if rest:
        raise site.refuse(f"{site.inputs[0].shape[3]} channels for its weights", "export the model again")
    padding = site.padding(kernel, stride, dilation)
    return Conv2D(site.layer, *site.names(), stride, dilation, padding, site.activation(), groups)


def _depthwise(site: Site) -> Op:
    kernel, stride, dilation = _window(site)
    padding = site.padding(kernel, stride, dilation)
    return DepthwiseConv2D(site.layer, *site.names(), stride, dilation, padding, site.activation())


def _dense(site: Site) -> Op:
    if site.options.weightsFormat:
        raise site.refuse("shuffled weights", "export the model again")
    return Dense(site.layer, *site.names(), site.activation())


READERS: dict[str, Reader] = {
    "CONV_2D": _conv2d,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _dense,
}
