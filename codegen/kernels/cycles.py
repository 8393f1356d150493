"""What a layer's estimate for the Cortex-M0+ becomes on other CPUs.

Kernels estimate their cycles for the Cortex-M0+. The same C takes fewer on a Cortex-M4F, by a factor that
hardly depends on the layer's shape: one a kernel, fitted to counts of single layers on the virtual boards
(tests/toolchain/codegen/test_cycle_estimates.py holds them to 15 %). Kernels made for the Cortex-M4F estimate
for it right away: their factor is 1.
"""

from __future__ import annotations

from dataclasses import replace

from codegen.errors import CodegenError
from codegen.kernels.base import LoweredLayer
from codegen.targets.board import Cpu

#: By the kernel's function. A CPU that is not named takes the cycles of the Cortex-M0+; the host among them,
#: which counts no cycles.
_FACTORS: dict[Cpu, dict[str, float]] = {
    Cpu.CORTEX_M4F: {
        "thimble_conv2d_s8": 0.58,
        "thimble_conv2d_s8_m4": 1.0,
        "thimble_dense_s8": 0.50,
        "thimble_dense_s8_m4": 1.0,
        "thimble_dense_crs8_s8": 0.50,
        "thimble_dense_crs16_s8": 0.50,
        "thimble_max_pool_s8": 0.65,
        "thimble_softmax_s8": 0.45,
        "thimble_depthwise_conv2d_s8": 0.52,
        "thimble_average_pool_s8": 0.31,
        "thimble_mean_s8": 0.75,
        "thimble_add_s8": 0.35,
        "thimble_sub_s8": 0.37,
        "thimble_mul_s8": 0.39,
        "thimble_minimum_s8": 0.58,
        "thimble_maximum_s8": 0.58,
        "thimble_minimum_f32": 0.14,
        "thimble_maximum_f32": 0.14,
        "thimble_lookup_s8": 0.67,
        "thimble_concat": 0.75,
        "thimble_split": 0.80,
        "thimble_gather": 0.45,
        "thimble_pad": 0.64,
        "thimble_flip_sign": 0.75,
    },
}


def with_cycles_on(cpu: Cpu, layer: LoweredLayer) -> LoweredLayer:
    """The layer with its estimate for this CPU.

    Raises CodegenError ``no-cycle-estimate`` for a kernel without a factor: a gap in the table above.
    """
    if cpu not in _FACTORS or not layer.function:
        return layer
    factor = _FACTORS[cpu].get(layer.function)
    if factor is None:
        raise CodegenError(
            "no-cycle-estimate",
            f"the cycles of {layer.function} on a {cpu.value} have not been estimated",
            "count a layer on the virtual boards and name the ratio in codegen/kernels/cycles.py",
        )
    return replace(layer, cycles=round(layer.cycles * factor))
