"""The padding that the word SAME stands for, shared by the frontends."""

from __future__ import annotations

from codegen.graph import Padding


def same_padding(
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
) -> Padding:
    """SAME as in TensorFlow: output = ceil(size / stride), the odd element at the bottom and right."""
    top, bottom = _one(size[0], kernel[0], stride[0], dilation[0])
    left, right = _one(size[1], kernel[1], stride[1], dilation[1])
    return Padding(top, bottom, left, right)


def _one(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size)
    return total // 2, total - total // 2
