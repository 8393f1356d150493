"""Members of parameter structs that describe a window over an image, the same for every type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import numpy.typing as npt

from codegen.graph import AveragePool2D, Conv2D, DepthwiseConv2D, MaxPool2D
from codegen.kernels.base import Field, Layer, struct, u8, u16


def convolution_window(
    layer: Layer, op: Conv2D | DepthwiseConv2D, number: Callable[[str, int], Field] = u8
) -> tuple[Field, ...]:
    """Kernel, stride, dilation and padding, each a `number`: u8 in kernels made for one CPU or storage, u16
    in the portable ones, which take every window."""
    _, k_h, k_w, _ = layer.constant(1).shape
    dilation = (op.dilation[0] if k_h > 1 else 1, op.dilation[1] if k_w > 1 else 1)  # one tap spreads nowhere
    return (
        number("kernel_height", k_h), number("kernel_width", k_w),
        number("stride_height", op.stride[0]), number("stride_width", op.stride[1]),
        number("dilation_height", dilation[0]), number("dilation_width", dilation[1]),
        number("pad_top", op.padding.top), number("pad_left", op.padding.left),
    )  # fmt: skip


def window_struct(layer: Layer, op: Conv2D | DepthwiseConv2D) -> Field:
    """The member `window`, a thimble_window."""
    _, in_h, in_w, in_c = layer.input.shape
    sizes = (
        u16("in_height", in_h), u16("in_width", in_w), u16("in_channels", in_c),
        u16("out_width", layer.output.shape[2]),
    )  # fmt: skip
    members = (
        *sizes,
        *(replace(m, name=m.name.removeprefix("kernel_")) for m in convolution_window(layer, op)),
    )
    return struct("window", members)


def image_sizes(layer: Layer) -> tuple[Field, ...]:
    """Input and output of a convolution."""
    _, in_h, in_w, in_c = layer.input.shape
    _, out_h, out_w, out_c = layer.output.shape
    return (
        u16("in_height", in_h), u16("in_width", in_w), u16("in_channels", in_c),
        u16("out_height", out_h), u16("out_width", out_w), u16("out_channels", out_c),
    )  # fmt: skip


def pooling_window(layer: Layer, op: MaxPool2D | AveragePool2D) -> tuple[Field, ...]:
    """Sizes, window, stride and padding of a pooling layer."""
    _, in_h, in_w, channels = layer.input.shape
    _, out_h, out_w, _ = layer.output.shape
    return (
        u16("in_height", in_h), u16("in_width", in_w),
        u16("out_height", out_h), u16("out_width", out_w),
        u16("channels", channels),
        u16("pool_height", op.pool[0]), u16("pool_width", op.pool[1]),
        u16("stride_height", op.stride[0]), u16("stride_width", op.stride[1]),
        u16("pad_top", op.padding.top), u16("pad_left", op.padding.left),
    )  # fmt: skip


def describe(layer: Layer) -> str:
    """From which shape to which."""
    source, result = ("x".join(str(n) for n in t.shape[1:]) for t in (layer.input, layer.output))
    return f"{source} -> {result}"


def windows_inside(layer: Layer) -> npt.NDArray[np.bool_]:
    """``[height, width]`` of a convolution's output: whether its window lies inside the image, with nothing
    in the padding."""
    op = cast("Conv2D | DepthwiseConv2D", layer.op)
    _, height, width, _ = layer.output.shape
    inside: list[npt.NDArray[np.bool_]] = []
    for axis, outputs, pad in ((1, height, op.padding.top), (2, width, op.padding.left)):
        start = np.arange(outputs) * op.stride[axis - 1] - pad
        window = (layer.constant(1).shape[axis] - 1) * op.dilation[axis - 1] + 1
        inside.append((start >= 0) & (start + window <= layer.input.shape[axis]))
    rows, columns = inside
    return rows[:, np.newaxis] & columns
