"""Weights of the elements around a place: linear and cubic, and both with antialiasing, as ONNX's Resize."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from codegen.frontends.onnx.node import Node
from codegen.graph import Array


@dataclass(frozen=True, slots=True)
class _Kernel:
    """`weight` of an element at a distance, which is 0 from `reach` on."""

    reach: int
    weight: Callable[[Node, Array], Array]


def _triangle(node: Node, distance: Array) -> Array:
    return np.asarray(np.clip(1 - np.abs(distance), 0, 1))


def _cubic(node: Node, distance: Array) -> Array:
    """R. Keys, Cubic convolution interpolation for digital image processing (1981)."""
    a, x = node.number("cubic_coeff_a", -0.75), np.abs(distance)
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


KERNELS = {"linear": _Kernel(1, _triangle), "cubic": _Kernel(2, _cubic)}


def interpolation(node: Node, mode: str, size: int, places: Array, scale: float) -> Array:
    """``[outputs, size]``: each output as a weighted sum of the inputs; `scale` is output per input.

    Weights that fall outside count for the element at the edge, or not at all with exclude_outside.
    """
    kernel = KERNELS[mode]
    stretch = min(scale, 1.0) if node.integer("antialias", 0) else 1.0
    # Where a place is an element's own, it is the last of those before it.
    before = np.ceil(places).astype(np.int64) - 1
    start = int(np.floor(-kernel.reach / stretch)) + 1
    matrix = np.zeros((len(places), size))
    rows = np.arange(len(places))
    for offset in range(start, 2 - start):
        element = before + offset
        weight = kernel.weight(node, (element - places) * stretch)
        if node.integer("exclude_outside", 0):
            weight = np.where((element >= 0) & (element < size), weight, 0.0)
        np.add.at(matrix, (rows, np.clip(element, 0, size - 1)), weight)
    total = matrix.sum(axis=1, keepdims=True)
    return np.asarray(matrix / np.where(total == 0, 1.0, total))
