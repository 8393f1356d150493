"""What a layer's estimate for the Cortex-M0+ becomes on other CPUs.

Kernels estimate their cycles for the Cortex-M0+. The same C takes fewer on a Cortex-M4F, by a factor that
hardly depends on the layer's shape: one a kernel, fitted to counts of single layers on the virtual boards
(tests/toolchain/codegen/test_cycle_estimates.py holds them to 15 %). Kernels made for the Cortex-M4F estimate
for it right away: their factor is 1. Where no factor fits, the portable kernel estimates for both CPUs
(`LoweredLayer.cycles_on`).
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
        "thimble_dense_crs8_s8": 0.46,
        "thimble_dense_crs16_s8": 0.43,
        "thimble_dense_bitmask_s8": 0.55,
        "thimble_dense_delta4_s8": 0.55,
        "thimble_dense_delta8_s8": 0.46,
        "thimble_dense_codebook_s8": 0.55,
        "thimble_conv2d_crs8_s8": 0.42,
        "thimble_conv2d_crs16_s8": 0.42,
        "thimble_conv2d_bitmask_s8": 0.5,
        "thimble_conv2d_delta4_s8": 0.5,
        "thimble_conv2d_delta8_s8": 0.43,
        "thimble_conv2d_codebook_s8": 0.5,
        "thimble_pointwise_crs8_s8": 0.53,
        "thimble_pointwise_crs16_s8": 0.53,
        "thimble_pointwise_delta8_s8": 0.52,
        "thimble_max_pool_s8": 0.65,
        "thimble_softmax_s8": 0.45,
        "thimble_depthwise_conv2d_s8": 0.52,
        "thimble_depthwise_conv2d_s8_m4": 1.0,
        "thimble_average_pool_s8": 0.31,
        "thimble_mean_s8": 0.75,
        "thimble_add_s8": 0.35,
        "thimble_add_s8_m4": 1.0,
        "thimble_sub_s8": 0.37,
        "thimble_mul_s8": 0.39,
        "thimble_minimum_s8": 0.58,
        "thimble_maximum_s8": 0.58,
        "thimble_minimum_f32": 0.19,
        "thimble_maximum_f32": 0.16,
        "thimble_lookup_s8": 0.67,
        "thimble_concat": 0.75,
        "thimble_split": 0.80,
        "thimble_gather": 0.45,
        "thimble_pad": 0.64,
        "thimble_flip_sign": 0.75,
        "thimble_conv2d_f32": 0.075,
        "thimble_conv2d_f32_m4": 1.0,
        "thimble_depthwise_conv2d_f32": 0.167,
        "thimble_depthwise_conv2d_f32_m4": 1.0,
        "thimble_dense_f32": 0.028,
        "thimble_dense_f32_m4": 1.0,
        "thimble_grouped_conv2d_s8": 0.61,
        "thimble_asymmetric_conv2d_s8": 0.6,
        "thimble_batch_norm_f32": 0.051,
        "thimble_max_pool_f32_m4": 1.0,
        "thimble_mean_f32": 0.042,
        "thimble_reduce_sum_f32": 0.066,
        "thimble_reduce_max_f32": 0.17,
        "thimble_reduce_max_s8": 0.76,
        "thimble_add_f32": 0.08,
        "thimble_sub_f32": 0.12,
        "thimble_mul_f32": 0.08,
        "thimble_div_f32": 0.06,
        "thimble_prelu_s8": 0.41,
        "thimble_prelu_f32": 0.2,
        "thimble_softmax_f32": 0.035,
        "thimble_log_softmax_f32": 0.033,
        "thimble_clip_f32": 0.12,
        "thimble_leaky_relu_f32": 0.09,
        "thimble_elu_f32": 0.032,
        "thimble_sigmoid_f32": 0.03,
        "thimble_hard_sigmoid_f32": 0.043,
        "thimble_hard_swish_f32": 0.029,
        "thimble_silu_f32": 0.03,
        "thimble_gelu_f32": 0.028,
        "thimble_gelu_tanh_f32": 0.03,
        "thimble_tanh_f32": 0.033,
        "thimble_exp_f32": 0.03,
        "thimble_log_f32": 0.039,
        "thimble_sqrt_f32": 0.035,
        "thimble_abs_f32": 0.18,
        "thimble_neg_f32": 0.66,
        "thimble_sin_f32": 0.11,
        "thimble_cos_f32": 0.1,
        "thimble_tan_f32": 0.059,
        "thimble_asin_f32": 0.031,
        "thimble_acos_f32": 0.029,
        "thimble_atan_f32": 0.039,
        "thimble_sinh_f32": 0.036,
        "thimble_cosh_f32": 0.034,
        "thimble_asinh_f32": 0.032,
        "thimble_acosh_f32": 0.029,
        "thimble_atanh_f32": 0.039,
        "thimble_erf_f32": 0.033,
        "thimble_floor_f32": 0.069,
        "thimble_ceil_f32": 0.074,
        "thimble_round_f32": 0.051,
        "thimble_sign_f32": 0.09,
        "thimble_thresholded_relu_f32": 0.15,
        "thimble_shrink_f32": 0.12,
        "thimble_is_nan_f32": 0.73,
        "thimble_is_inf_f32": 0.86,
        "thimble_reduce_min_f32": 0.22,
        "thimble_reduce_prod_f32": 0.063,
        "thimble_arg_max_f32": 0.28,
        "thimble_cum_sum_f32": 0.13,
        "thimble_hardmax_f32": 0.19,
        "thimble_resample_f32": 0.1,
        "thimble_mat_mul_f32": 0.081,
        "thimble_conv_transpose2d_f32": 0.12,
        "thimble_power_f32": 0.04,
        "thimble_mod_f32": 0.12,
        "thimble_compare_f32": 0.28,
        "thimble_compare_integer": 0.82,
        "thimble_bitwise": 0.81,
        "thimble_arithmetic_integer": 0.87,
        "thimble_not": 0.71,
        "thimble_cast": 0.55,
        "thimble_select": 0.57,
        "thimble_take": 0.63,
        "thimble_copy": 0.72,
        "thimble_resize_nearest": 0.65,
        "thimble_resize_bilinear_f32": 0.029,
        "thimble_quantize_s8": 0.06,
        "thimble_dequantize_s8": 0.06,
        "thimble_squared_difference_s8": 0.33,
        "thimble_squared_difference_f32": 0.075,
        "thimble_rsqrt_f32": 0.026,
        "thimble_div_s8": 0.44,
        "thimble_log_softmax_s8": 0.4,
        "thimble_reduce_sum_s8": 0.15,
        "thimble_arg_max_s8": 0.7,
        "thimble_reduce_min_s8": 0.82,
        "thimble_resize_bilinear_s8": 0.62,
        "thimble_mat_mul_s8": 0.42,
        "thimble_conv_transpose2d_s8": 0.5,
    },
}


def with_cycles_on(cpu: Cpu, layer: LoweredLayer) -> LoweredLayer:
    """The layer with its estimate for this CPU.

    Raises CodegenError ``no-cycle-estimate`` for a kernel without a factor: a gap in the table above.
    """
    if cpu in layer.cycles_on:
        return replace(layer, cycles=layer.cycles_on[cpu])
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
