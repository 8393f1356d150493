"""One file a kernel: what it serves, what it takes, and how it is called."""

from codegen.kernels.base import Kernel, Layer, LoweredLayer
from codegen.kernels.cycles import with_cycles_on
from codegen.kernels.registry import KERNELS, lower_layer

__all__ = ["KERNELS", "Kernel", "Layer", "LoweredLayer", "lower_layer", "with_cycles_on"]
