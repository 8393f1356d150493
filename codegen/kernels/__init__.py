"""One file a kernel: what it serves, what it takes, and how it is called."""

from codegen.kernels.base import DenseAlternative, Kernel, Layer, LoweredLayer, serves_cpu
from codegen.kernels.cycles import with_cycles_on
from codegen.kernels.registry import KERNELS, in_place_operators, lower_layer

__all__ = [
    "KERNELS",
    "DenseAlternative",
    "Kernel",
    "Layer",
    "LoweredLayer",
    "in_place_operators",
    "lower_layer",
    "serves_cpu",
    "with_cycles_on",
]
