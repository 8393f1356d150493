"""Float addition, subtraction, multiplication, division, and squared differences."""

from __future__ import annotations

import re

from codegen.graph import Activation, Add, Div, DType, Mul, Op, SquaredDifference, Sub
from codegen.kernels.base import Layer, LoweredLayer
from codegen.kernels.floats import clamp, float_refusal
from codegen.kernels.operands import broadcast, broadcast_refusal, constant_inputs, describe


class ArithmeticF32:
    """One operator; `cycles` are estimated for one element."""

    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    in_place = True

    def __init__(self, serves: type[Op], cycles: int) -> None:
        self.serves = serves
        name = re.sub("(?<=[a-z])(?=[A-Z])", "_", serves.__name__).lower()
        self.function = f"thimble_{name}_f32"
        self._cycles = cycles

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer) or broadcast_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        activation = getattr(layer.op, "activation", Activation.NONE)
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind.lower()} of {describe(layer)}",
            fields=(broadcast(layer), *clamp(activation)),
            constants=constant_inputs(layer),
            cycles=self._cycles * layer.output.elements,
        )


ARITHMETIC = (
    ArithmeticF32(Add, 265),
    ArithmeticF32(Sub, 300),
    ArithmeticF32(Mul, 280),
    ArithmeticF32(Div, 570),
    ArithmeticF32(SquaredDifference, 400),
)
