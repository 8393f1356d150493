"""Integer arithmetic exactly as the TFLite reference kernels do it.

Sources: TFLite `quantization_util.cc` (QuantizeMultiplier), gemmlowp `fixedpoint.h` (the saturating,
rounding primitives and the exponential on negative values). All on Python integers of 32 bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from codegen.errors import CodegenError

_LARGEST_FACTOR = 2.0**30
_INT32_MAX = 2**31 - 1
_INT32_MIN = -(2**31)


def quantize_multiplier(real: float) -> tuple[int, int]:
    """`real` as (m, s) with real ≈ m · 2^(s − 31) and m in [2^30, 2^31).

    Raises CodegenError ``broken-file`` for a factor that no real network has: 2^30 and more.
    """
    if real == 0.0:
        return 0, 0
    check_factor(real)
    fraction, shift = math.frexp(real)
    multiplier = _round_half_away(fraction * 2**31)
    if multiplier == 2**31:
        multiplier //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def check_factor(real: float) -> None:
    """Raise CodegenError ``broken-file`` for a factor between scales that no real network has, 2^30 on."""
    if not real < _LARGEST_FACTOR:
        raise CodegenError(
            "broken-file",
            f"the scales of a layer's input and output differ by a factor of {real:g}",
            "quantize the model again",
        )


def _round_half_away(x: float) -> int:
    return math.floor(x + 0.5) if x >= 0 else math.ceil(x - 0.5)


def quantize(real: float, scale: float, zero_point: int) -> int:
    """The nearest quantized value, not clamped."""
    return zero_point + _round_half_away(real / scale)


def _saturate(x: int) -> int:
    return max(_INT32_MIN, min(_INT32_MAX, x))


def doubling_high_mul(a: int, b: int) -> int:
    """SaturatingRoundingDoublingHighMul: round(a · b / 2^31), half towards plus infinity."""
    if a == b == _INT32_MIN:
        return _INT32_MAX
    return (a * b + 2**30) >> 31


def rounding_divide_by_pot(x: int, exponent: int) -> int:
    """round(x / 2^exponent), half away from zero."""
    mask = (1 << exponent) - 1
    threshold = (mask >> 1) + (1 if x < 0 else 0)
    return (x >> exponent) + (1 if (x & mask) > threshold else 0)


def requantize_once(accumulator: int, multiplier: int, shift: int) -> int:
    """accumulator · multiplier · 2^(shift − 31), rounded once: the reference's dense layers.

    Measured on the interpreters of TensorFlow 2.21 and ai-edge-litert 2.3: FULLY_CONNECTED rounds once,
    CONV_2D twice; over random inputs each differs from the other way in some outputs, and never from its
    own.
    """
    total = 31 - shift
    return (accumulator * multiplier + (1 << (total - 1))) >> total


def requantize_twice(accumulator: int, multiplier: int, shift: int) -> int:
    """The same, rounded after the multiplication and after the shift: the reference's convolutions."""
    left, right = max(shift, 0), max(-shift, 0)
    return rounding_divide_by_pot(doubling_high_mul(accumulator << left, multiplier), right)


_EXP_STEPS = (  # exponent, round(exp(−2^exponent) · 2^31)
    (-2, 1672461947),
    (-1, 1302514674),
    (0, 790015084),
    (1, 290630308),
    (2, 39332535),
    (3, 720401),
    (4, 242),
)


def exp_on_negative_values(a: int, integer_bits: int = 5) -> int:
    """exp(a · 2^(integer_bits − 31)) · 2^31 for a ≤ 0, as gemmlowp computes it."""
    if a == 0:
        return _INT32_MAX
    fractional_bits = 31 - integer_bits
    quarter = 1 << (fractional_bits - 2)
    offset = (a & (quarter - 1)) - quarter
    result = _exp_between_minus_quarter_and_0(_saturate(offset << integer_bits))
    remainder = offset - a
    for exponent, factor in _EXP_STEPS:
        if integer_bits > exponent and remainder & (1 << (fractional_bits + exponent)):
            result = doubling_high_mul(result, factor)
    return result


def _exp_between_minus_quarter_and_0(a: int) -> int:
    """Taylor expansion around −1/8; `a` and the result have no integer bits."""
    exp_minus_eighth, third = 1895147668, 715827883
    x = a + (1 << 28)
    x2 = doubling_high_mul(x, x)
    x3 = doubling_high_mul(x2, x)
    x4 = doubling_high_mul(x2, x2)
    x4_over_4 = rounding_divide_by_pot(x4, 2)
    higher = rounding_divide_by_pot(doubling_high_mul(x4_over_4 + x3, third) + x2, 1)
    return exp_minus_eighth + doubling_high_mul(exp_minus_eighth, x + higher)


_SOFTMAX_INTEGER_BITS = 5


def softmax_multiplier(input_scale: float, beta: float) -> tuple[int, int]:
    """Multiplier and shift that give a difference of two inputs 5 integer bits.

    TFLite PreprocessSoftmaxScaling. Raises CodegenError ``broken-file`` for a scale so small that the
    reference, which only shifts to the left, cannot compute it: below 2^-27 or so.
    """
    real = min(beta * input_scale * 2 ** (31 - _SOFTMAX_INTEGER_BITS), 2.0**31 - 1.0)
    if not real >= 0.5:
        raise CodegenError(
            "broken-file",
            f"a softmax has an input scale of {input_scale:g} and a beta of {beta:g}",
            "quantize the model again",
        )
    return quantize_multiplier(real)


def softmax_table(input_scale: float, beta: float) -> list[int]:
    """exp(−d · scale · beta) · 2^31 for d = 0, 1, … as far as the reference kernel does not call it 0.

    TFLite `softmax.h`.
    """
    integer_bits = _SOFTMAX_INTEGER_BITS
    multiplier, shift = softmax_multiplier(input_scale, beta)
    radius = math.floor((2**integer_bits - 1) * 2 ** (31 - integer_bits) / 2**shift)
    table = []
    for difference in range(min(radius, 255) + 1):
        scaled = doubling_high_mul(-difference << shift, multiplier)
        table.append(exp_on_negative_values(scaled, integer_bits))
    return table


def _one_over_one_plus(x: int, minus: bool) -> int:
    """1 / (1 + x), or with `minus` (1 − x) / (1 + x), for x in [0, 1); all with 31 fractional bits.

    gemmlowp's three Newton-Raphson steps.
    """
    total = x + _INT32_MAX
    half_denominator = (total + 1) // 2
    estimate = 1515870810 + doubling_high_mul(half_denominator, -1010580540)
    for _ in range(3):
        error = (1 << 29) - doubling_high_mul(half_denominator, estimate)
        estimate += _saturate(doubling_high_mul(estimate, error) << 2)
    if minus:
        return _saturate((estimate - (1 << 29)) << 2)
    return _saturate(estimate << 1)


def logistic_q31(a: int, integer_bits: int = 4) -> int:
    """1 / (1 + exp(−a · 2^(integer_bits − 31))) · 2^31 as gemmlowp computes it."""
    if a == 0:
        return 1 << 30
    positive = _one_over_one_plus(exp_on_negative_values(-abs(a), integer_bits), minus=False)
    return positive if a > 0 else _INT32_MAX - positive


def tanh_q31(a: int, integer_bits: int = 4) -> int:
    """tanh(a · 2^(integer_bits − 31)) · 2^31 as gemmlowp computes it."""
    if a == 0:
        return 0
    # exp(−2|a|): the same bits read with one more integer bit
    result = _one_over_one_plus(exp_on_negative_values(-abs(a), integer_bits + 1), minus=True)
    return result if a > 0 else -result


def _int16(x: int) -> int:
    return max(-(2**15), min(2**15 - 1, x))


def _doubling_high_mul_16(a: int, b: int) -> int:
    """SaturatingRoundingDoublingHighMul of 16-bit numbers."""
    return _int16((a * b + 2**14) >> 15) if not a == b == -(2**15) else 2**15 - 1


def hard_swish(scale_in: float, scale_out: float) -> Callable[[int], int]:
    """x · relu6(x + 3) / 6 of an int8 value less its zero point (TFLite hard_swish.h)."""
    hires = np.float32(1 / 128) * np.float32(scale_in)
    output = quantize_multiplier(float(hires / np.float32(scale_out)))
    reluish = quantize_multiplier(float(hires / np.float32(3 / 32768)))
    output_16, reluish_16 = (_int16((m + (1 << 15)) >> 16) for m, _ in (output, reluish))
    output_shift, reluish_shift = output[1], reluish[1]

    def function(x: int) -> int:
        fine = x << 7
        preshift = _doubling_high_mul_16(fine, output_16)
        relu = fine if reluish_shift <= 0 else _int16(fine << (reluish_shift - 1))
        relu = _doubling_high_mul_16(relu, reluish_16)
        if reluish_shift > 0:
            relu = _int16(relu << 1)
        if reluish_shift < 0:
            relu = rounding_divide_by_pot(relu, -reluish_shift)
        relu = (relu + (1 << 15)) >> 1
        product = relu * preshift
        high = abs(product) >> 15
        return rounding_divide_by_pot(high if product >= 0 else -high, -output_shift)

    return function


def inverse_square_root(value: int) -> tuple[int, int]:
    """1 / √value as (m, s) with m · 2^(s − 31), for a positive integer below 2^29.

    TFLite GetInvSqrtQuantizedMultiplierExp: five Newton-Raphson steps from 1.
    """
    if value <= 1:
        return _INT32_MAX, 0
    pairs = (32 - value.bit_length() - 1) // 2 - 1
    shift = 11 - pairs
    half = rounding_divide_by_pot((value << 2 * pairs) >> 1, 1)
    three_halves, x = (1 << 28) + (1 << 27), 1 << 28
    for _ in range(5):
        cube = _saturate(doubling_high_mul(doubling_high_mul(x, x), x) << 6)
        x = _saturate((doubling_high_mul(three_halves, x) - doubling_high_mul(half, cube)) << 3)
    x = doubling_high_mul(x, 1518500250)  # √2 / 2 with 31 fractional bits
    if shift < 0:
        return x << -shift, 0
    return x, -shift
