"""One file a kernel: what it serves, what it takes, and how it is called."""

from codegen.kernels.base import DenseAlternative, Kernel, Layer, LoweredLayer, serves_cpu
from codegen.kernels.choice import Choice, choose_kernel, in_place_operators
from codegen.kernels.cycles import with_cycles_on
from codegen.kernels.network_choice import choose_together
from codegen.kernels.registry import KERNELS

__all__ = [
    "KERNELS",
    "Choice",
    "DenseAlternative",
    "Kernel",
    "Layer",
    "LoweredLayer",
    "choose_kernel",
    "choose_together",
    "in_place_operators",
    "serves_cpu",
    "with_cycles_on",
]
