"""int8 addition and subtraction."""

from __future__ import annotations

from codegen.fixed_point import quantize_multiplier
from codegen.graph import Activation, Add, DType, Op, Sub
from codegen.kernels.base import Layer, LoweredLayer, activation_range, s8, s32
from codegen.kernels.operands import broadcast, constant_inputs, describe, int8_operands_refusal

MORE_BITS = 20


class AddS8:
    function = "thimble_add_s8"
    serves: type[Op] = Add
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True
    _word = "sum"

    def refusal(self, layer: Layer) -> str | None:
        return int8_operands_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite add.cc, PrepareGeneralAddSub; scales in double precision from single."""
        a, b = (layer.quantization(layer.graph.tensors[n]) for n in layer.op.inputs)
        output = layer.quantization(layer.output)
        twice = 2 * max(a.scale[0], b.scale[0])
        pairs = [quantize_multiplier(s / twice) for s in (a.scale[0], b.scale[0])]
        final = quantize_multiplier(twice / ((1 << MORE_BITS) * output.scale[0]))
        low, high = activation_range(getattr(layer.op, "activation", Activation.NONE), output)
        fields = (
            broadcast(layer),
            s32("a_multiplier", pairs[0][0]), s32("b_multiplier", pairs[1][0]),
            s32("output_multiplier", final[0]),
            s8("a_shift", pairs[0][1]), s8("b_shift", pairs[1][1]), s8("output_shift", final[1]),
            s8("a_zero", a.zero_point[0]), s8("b_zero", b.zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{self._word} of {describe(layer)}",
            fields=fields,
            constants=constant_inputs(layer),
            cycles=300 * layer.output.elements,
        )


class SubS8(AddS8):
    function = "thimble_sub_s8"
    serves: type[Op] = Sub
    _word = "difference"
