"""int8 addition of inputs of one shape, for CPUs with SMMLAR."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codegen.fixed_point import quantize_multiplier
from codegen.graph import Activation, Add, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range, s8, s32, u8, u32
from codegen.kernels.interleaved import LARGEST_SHIFT
from codegen.kernels.sums_s8 import MORE_BITS, AddS8
from codegen.targets.board import Cpu


class AddS8M4:
    function = "thimble_add_s8_m4"
    serves: type[Op] = Add
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        reason = AddS8().refusal(layer)
        if reason is not None:
            return reason
        shapes = {layer.graph.tensors[n].shape for n in (*layer.op.inputs, *layer.op.outputs)}
        if len(shapes) > 1:
            return "broadcasts an input"
        scales = _scales(layer)
        fits = 1 <= scales.b[1] <= LARGEST_SHIFT and 1 <= scales.sum[1] <= LARGEST_SHIFT
        return None if fits else "changes the scale too much"

    def lower(self, layer: Layer) -> LoweredLayer:
        zeros = [layer.quantization(layer.graph.tensors[n]).zero_point[0] for n in layer.op.inputs]
        scales, output = _scales(layer), layer.quantization(layer.output)
        a_zero, b_zero = reversed(zeros) if scales.b_first else zeros
        low, high = activation_range(getattr(layer.op, "activation", Activation.NONE), output)
        (b_multiplier, b_shift), (multiplier, shift) = scales.b, scales.sum
        fields = (
            s32("a_offset", -a_zero << MORE_BITS), s32("b_offset", -b_zero << MORE_BITS + 1),
            s32("b_multiplier", b_multiplier), s32("b_half", 1 << b_shift - 1), s32("b_shift", b_shift),
            s32("rounding", (2 * output.zero_point[0] + 1) << shift - 1),
            s32("multiplier", multiplier), s32("shift", shift),
            u32("elements", layer.output.elements),
            u8("b_first", int(scales.b_first)),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        clamp = 0 if (low, high) == (-128, 127) else 9
        return replace(
            AddS8().lower(layer),
            function=self.function,
            fields=fields,
            cycles=(16 + clamp) * layer.output.elements + 90,
        )


@dataclass(frozen=True, slots=True)
class _Scales:
    """Multiplier and right shift of the smaller scale / (2 · the larger one), and of the sum."""

    b_first: bool
    b: tuple[int, int]
    sum: tuple[int, int]


def _scales(layer: Layer) -> _Scales:
    """TFLite add.cc, PrepareGeneralAddSub, which gives the input of the larger scale the multiplier 1/2."""
    first, second = (layer.quantization(layer.graph.tensors[n]).scale[0] for n in layer.op.inputs)
    twice = 2 * max(first, second)
    b, shift = quantize_multiplier(min(first, second) / twice)
    # 1/2 has the shift 0, which the kernel has not. With these it gives the same: exactly half
    # of at most 255 * 2^20.
    smaller = (2**31 - 1, 1) if (b, shift) == (2**30, 0) else (b, -shift)
    total, total_shift = quantize_multiplier(
        twice / ((1 << MORE_BITS) * layer.quantization(layer.output).scale[0])
    )
    return _Scales(first < second, smaller, (total, -total_shift))
