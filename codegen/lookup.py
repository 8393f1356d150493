"""Tables of int8 functions of one element, exactly as the TFLite reference kernels compute them.

Sources: TFLite `reference/` (logistic.h, tanh.h, hard_swish.h, leaky_relu.h, requantize.h), `activations.cc`
(QuantizedReluX), `elementwise.cc` and `common.h` (LUTPopulate).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.fixed_point import (
    hard_swish,
    inverse_square_root,
    logistic_q31,
    quantize_multiplier,
    requantize_twice,
    rounding_divide_by_pot,
    tanh_q31,
)
from codegen.graph import (
    Abs,
    Clip,
    Elu,
    Exp,
    Gelu,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    Log,
    Neg,
    Quantization,
    Quantize,
    Relu,
    Rsqrt,
    Sigmoid,
    Silu,
    Sqrt,
    Tanh,
    Unary,
)

_BYTES = range(-128, 128)
_Function = Callable[[int], int]
_Maker = Callable[[Any, Quantization, Quantization], _Function]


def lookup_table(op: Unary, source: Quantization, result: Quantization) -> npt.NDArray[np.int8]:
    """The results for −128 … 127, before clamping to int8 done. Raises KeyError for other operators."""
    function = TABLES[type(op)](op, source, result)
    return np.array([max(-128, min(127, function(q))) for q in _BYTES], dtype=np.int8)


def _relu(op: Relu, source: Quantization, result: Quantization) -> _Function:
    return _clamped(op.activation.limits, source, result)


def _clip(op: Clip, source: Quantization, result: Quantization) -> _Function:
    return _clamped((op.low, op.high), source, result)


def _clamped(limits: tuple[float, float], source: Quantization, result: Quantization) -> _Function:
    ratio = float(np.float32(source.scale[0]) / np.float32(result.scale[0]))
    multiplier, shift = quantize_multiplier(ratio)
    zero = result.zero_point[0]
    least, most = (
        limit if math.isinf(limit) else zero + round(float(np.float32(limit) / np.float32(result.scale[0])))
        for limit in limits
    )

    def function(q: int) -> int:
        scaled = zero + requantize_twice(q - source.zero_point[0], multiplier, shift)
        return int(max(least, min(most, scaled)))

    return function


def _leaky_relu(op: LeakyRelu, source: Quantization, result: Quantization) -> _Function:
    s_in, s_out = np.float32(source.scale[0]), np.float32(result.scale[0])
    identity = quantize_multiplier(float(s_in / s_out))
    slope = quantize_multiplier(float(s_in * np.float32(op.alpha) / s_out))

    def function(q: int) -> int:
        x = q - source.zero_point[0]
        return result.zero_point[0] + requantize_twice(x, *(identity if x >= 0 else slope))

    return function


def _requantize(op: Quantize, source: Quantization, result: Quantization) -> _Function:
    multiplier, shift = quantize_multiplier(source.scale[0] / result.scale[0])

    def function(q: int) -> int:
        return result.zero_point[0] + requantize_twice(q - source.zero_point[0], multiplier, shift)

    return function


def _sigmoid(op: Sigmoid, source: Quantization, result: Quantization) -> _Function:
    """The output's scale is 1/256 and its zero point −128."""
    return _squashed(source, logistic_q31, bits=23, low=-128)


def _tanh(op: Tanh, source: Quantization, result: Quantization) -> _Function:
    """The output's scale is 1/128 and its zero point 0."""
    return _squashed(source, tanh_q31, bits=24, low=0)


def _squashed(source: Quantization, squash: Callable[[int], int], bits: int, low: int) -> _Function:
    integer_bits = 4
    multiplier, shift = quantize_multiplier(source.scale[0] * 2.0 ** (31 - integer_bits))
    radius = math.floor((2**integer_bits - 1) * 2 ** (31 - integer_bits) / 2**shift)

    def function(q: int) -> int:
        x = q - source.zero_point[0]
        if x <= -radius:
            return -128
        if x >= radius:
            return 127
        return rounding_divide_by_pot(squash(requantize_twice(x, multiplier, shift)), bits) + low

    return function


def _hard_swish(op: HardSwish, source: Quantization, result: Quantization) -> _Function:
    function = hard_swish(source.scale[0], result.scale[0])
    return lambda q: result.zero_point[0] + function(q - source.zero_point[0])


def _rsqrt(op: Rsqrt, source: Quantization, result: Quantization) -> _Function:
    """`elementwise.cc`, RsqrtEvalQuantized. The reference ends at a negative input; here it counts as 0."""
    more_bits = 20
    multiplier, shift = quantize_multiplier(1 / (math.sqrt(source.scale[0]) * result.scale[0]))

    def function(q: int) -> int:
        x = q - source.zero_point[0]
        if x <= 0:
            return 127
        inverse, exponent = inverse_square_root(x)
        fine = requantize_twice(1, inverse, exponent + more_bits)
        return result.zero_point[0] + requantize_twice(fine, multiplier, shift - more_bits)

    return function


def _of_floats(function: Callable[[Any, np.float32], np.float32]) -> _Maker:
    """LUTPopulate: through single-precision numbers."""

    def make(op: Unary, source: Quantization, result: Quantization) -> _Function:
        s_in, inverse = np.float32(source.scale[0]), np.float32(1) / np.float32(result.scale[0])

        def transform(q: int) -> int:
            with np.errstate(all="ignore"):
                real = function(op, s_in * np.float32(q - source.zero_point[0]))
                rescaled = np.float32(real * inverse)
            if not np.isfinite(rescaled):
                return 127 if rescaled > 0 else -128
            return int(math.copysign(math.floor(abs(float(rescaled)) + 0.5), rescaled)) + result.zero_point[0]

        return transform

    return make


def _elu(op: Elu, x: np.float32) -> np.float32:
    return np.float32(np.exp(x) - np.float32(1)) if x < 0 else x


def _gelu(op: Gelu, x: np.float32) -> np.float32:
    if op.approximate:
        inner = math.sqrt(2 / math.pi) * (float(x) + 0.044715 * float(x) ** 3)
        return np.float32(0.5 * float(x) * (1 + math.tanh(inner)))
    return np.float32(0.5 * float(x) * math.erfc(-float(x) * math.sqrt(0.5)))


def _hard_sigmoid(op: HardSigmoid, x: np.float32) -> np.float32:
    return np.float32(min(1.0, max(0.0, float(op.alpha) * float(x) + op.beta)))


def _silu(op: Silu, x: np.float32) -> np.float32:
    return np.float32(float(x) / (1 + math.exp(-float(x)))) if x > -80 else np.float32(0)


TABLES: dict[type[Unary], _Maker] = {
    Relu: _relu,
    Clip: _clip,
    LeakyRelu: _leaky_relu,
    Quantize: _requantize,
    Sigmoid: _sigmoid,
    Tanh: _tanh,
    HardSwish: _hard_swish,
    Elu: _of_floats(_elu),
    Gelu: _of_floats(_gelu),
    HardSigmoid: _of_floats(_hard_sigmoid),
    Silu: _of_floats(_silu),
    Rsqrt: _rsqrt,
    Exp: _of_floats(lambda op, x: np.float32(np.exp(x))),
    Log: _of_floats(lambda op, x: np.float32(np.log(x))),
    Sqrt: _of_floats(lambda op, x: np.float32(np.sqrt(x))),
    Abs: _of_floats(lambda op, x: np.float32(abs(x))),
    Neg: _of_floats(lambda op, x: np.float32(-x)),
}
