"""int8 addition and subtraction for CPUs without a long multiplication: one factor an input.

There are only 65,536 pairs of inputs. For two factors, each pair bounds the offset from both sides, or from
one where the output is clamped; where the bounds leave a number between them, the factors and this offset
give the reference's output for every pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from codegen.fixed_point import doubling_high_mul, quantize_multiplier, rounding_divide_by_pot
from codegen.graph import Activation, Add, DType, Op, Sub
from codegen.kernels.base import Layer, LoweredLayer, activation_range, s8, s32, u8, u32
from codegen.kernels.operands import same_shape
from codegen.kernels.sums_s8 import MORE_BITS, AddS8, SubS8
from codegen.targets.board import Cpu

_INPUTS = np.arange(-128, 128)
_LARGEST_SHIFT = 24
#: How far from the nearest ones factors are tried.
_NEAR = range(-3, 4)
Pairs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Linear:
    """The output before its clamp: (a · a_factor + b · b_factor + offset) >> shift."""

    a_factor: int
    b_factor: int
    offset: int
    shift: int


class AddS8M0:
    function = "thimble_add_s8_m0"
    serves: type[Op] = Add
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True
    cpus = frozenset({Cpu.CORTEX_M0PLUS})
    portable = AddS8()
    sign = 1

    def refusal(self, layer: Layer) -> str | None:
        reason = self.portable.refusal(layer)
        if reason is not None:
            return reason
        if not same_shape(layer):
            return "has inputs of different shapes"
        return "has scales for which no exact factors were found" if self._linear(layer) is None else None

    def lower(self, layer: Layer) -> LoweredLayer:
        linear = self._linear(layer)
        if linear is None:
            raise ValueError(f"{layer.op.name} was refused")
        low, high = _clamp(layer)
        elements = layer.output.elements
        return replace(
            self.portable.lower(layer),
            function=self.function,
            fields=(
                u32("elements", elements),
                s32("a_factor", linear.a_factor), s32("b_factor", linear.b_factor),
                s32("offset", linear.offset), u8("shift", linear.shift),
                s8("output_min", low), s8("output_max", high),
            ),
            cycles=34 * elements + 100,
        )  # fmt: skip

    def _linear(self, layer: Layer) -> Linear | None:
        a, b = (layer.quantization(layer.graph.tensors[n]) for n in layer.op.inputs)
        output = layer.quantization(layer.output)
        ratios = a.scale[0] / output.scale[0], self.sign * b.scale[0] / output.scale[0]
        return _fitted(_reference(layer, self.sign), _clamp(layer), ratios)


class SubS8M0(AddS8M0):
    serves: type[Op] = Sub
    portable = SubS8()
    sign = -1


def _clamp(layer: Layer) -> tuple[int, int]:
    activation = getattr(layer.op, "activation", Activation.NONE)
    return activation_range(activation, layer.quantization(layer.output))


def _reference(layer: Layer, sign: int) -> Pairs:
    """``[256, 256]``: the reference's output for each pair, not clamped (TFLite add.h, AddElementwise)."""
    a, b = (layer.quantization(layer.graph.tensors[n]) for n in layer.op.inputs)
    output = layer.quantization(layer.output)
    twice = 2 * max(a.scale[0], b.scale[0])
    left, right = (_rescaled(x.scale[0] / twice, x.zero_point[0]) for x in (a, b))
    sums = left[:, None] + sign * right[None, :]
    multiplier, shift = quantize_multiplier(twice / ((1 << MORE_BITS) * output.scale[0]))
    high = ((sums << max(shift, 0)) * multiplier + (1 << 30)) >> 31
    exponent = max(-shift, 0)
    threshold = (((1 << exponent) - 1) >> 1) + (high < 0)
    rounded: Pairs = (high >> exponent) + ((high & ((1 << exponent) - 1)) > threshold)
    return rounded + output.zero_point[0]


def _rescaled(ratio: float, zero: int) -> Pairs:
    multiplier, shift = quantize_multiplier(ratio)
    values = ((int(x) - zero) << MORE_BITS for x in _INPUTS)
    return np.array([rounding_divide_by_pot(doubling_high_mul(v, multiplier), -shift) for v in values])


def _fitted(wanted: Pairs, clamp: tuple[int, int], ratios: tuple[float, float]) -> Linear | None:
    """Factors near `ratios` and an offset that give every output, after the clamp; None when none are found.

    An output may be wrong by one before the clamp, where that does not show, and yet fits into 32 bits.
    """
    shift = min(30 - int(np.abs(wanted).max() + 1).bit_length(), _LARGEST_SHIFT)
    if shift < 1:
        return None
    lowest = np.where(wanted <= clamp[0], -(2**40), wanted << shift)
    highest = np.where(wanted >= clamp[1], 2**40, (wanted + 1 << shift) - 1)
    for a_factor, b_factor in _near(ratios, shift):
        sums = a_factor * _INPUTS[:, None] + b_factor * _INPUTS[None, :]
        low, high = int((lowest - sums).max()), int((highest - sums).min())
        if low <= high:
            offset = (low + high) // 2
            fits = max(abs(offset), int(np.abs(sums + offset).max())) < 2**31
            return Linear(a_factor, b_factor, offset, shift) if fits else None
    return None


def _near(ratios: tuple[float, float], shift: int) -> Iterator[tuple[int, int]]:
    factors = [round(ratio * 2**shift) for ratio in ratios]
    for a, b in sorted(product(_NEAR, _NEAR), key=lambda pair: abs(pair[0]) + abs(pair[1])):
        yield factors[0] + a, factors[1] + b
