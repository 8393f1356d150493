"""Float functions of one element: a C function each, with the operator's options as its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from codegen.graph import (
    Abs,
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Ceil,
    Clip,
    Cos,
    Cosh,
    DType,
    Elu,
    Erf,
    Exp,
    Floor,
    Gelu,
    HardSigmoid,
    HardSwish,
    IsInf,
    IsNan,
    LeakyRelu,
    Log,
    Neg,
    Op,
    Relu,
    Round,
    Rsqrt,
    Shrink,
    Sigmoid,
    Sign,
    Silu,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
    ThresholdedRelu,
)
from codegen.kernels.base import Field, Layer, LoweredLayer, f32, u8, u32
from codegen.kernels.floats import float_refusal

_Options = Callable[[Any], tuple[Field, ...]]


def _none(op: Op) -> tuple[Field, ...]:
    return ()


class UnaryF32:
    """One operator; `cycles` are estimated for one element. Where there are two formulas, `when` chooses; the
    output is of the type `result`."""

    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    in_place = True

    def __init__(
        self,
        serves: type[Op],
        name: str,
        cycles: int,
        options: _Options = _none,
        when: Callable[[Any], bool] = lambda op: True,
        result: DType = DType.FLOAT32,
    ) -> None:
        self.serves = serves
        self.function = f"thimble_{name}_f32"
        self._cycles = cycles
        self._options = options
        self._when = when
        self._result = result

    def refusal(self, layer: Layer) -> str | None:
        if not self._when(layer.op):
            return "is computed by the other formula"
        if self._result is DType.FLOAT32:
            return float_refusal(layer)
        return None if layer.output.dtype is self._result else f"gives {layer.output.dtype.value}"

    def lower(self, layer: Layer) -> LoweredLayer:
        elements = layer.input.elements
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind} of {elements} elements",
            fields=(u32("elements", elements), *self._options(layer.op)),
            constants=(),
            cycles=self._cycles * elements,
        )


def _relu(op: Relu) -> tuple[Field, ...]:
    low, high = op.activation.limits
    return f32("low", low), f32("high", high)


def _signs(op: IsInf) -> tuple[Field, ...]:
    return u8("positive", int(op.positive)), u8("negative", int(op.negative))


UNARY = (
    UnaryF32(Relu, "clip", 124, _relu),
    UnaryF32(Clip, "clip", 124, lambda op: (f32("low", op.low), f32("high", op.high))),
    UnaryF32(LeakyRelu, "leaky_relu", 130, lambda op: (f32("alpha", op.alpha),)),
    UnaryF32(Elu, "elu", 1850, lambda op: (f32("alpha", op.alpha),)),
    UnaryF32(HardSigmoid, "hard_sigmoid", 420, lambda op: (f32("alpha", op.alpha), f32("beta", op.beta))),
    UnaryF32(HardSwish, "hard_swish", 560),
    UnaryF32(Sigmoid, "sigmoid", 3900),
    UnaryF32(Silu, "silu", 3900),
    UnaryF32(Gelu, "gelu", 3100, when=lambda op: not op.approximate),
    UnaryF32(Gelu, "gelu_tanh", 4800, when=lambda op: op.approximate),
    UnaryF32(Tanh, "tanh", 3800),
    UnaryF32(Exp, "exp", 3370),
    UnaryF32(Log, "log", 1960),
    UnaryF32(Sqrt, "sqrt", 1670),
    UnaryF32(Rsqrt, "rsqrt", 3500),
    UnaryF32(Abs, "abs", 60),
    UnaryF32(Neg, "neg", 10),
    UnaryF32(Sin, "sin", 1700),
    UnaryF32(Cos, "cos", 1700),
    UnaryF32(Tan, "tan", 3700),
    UnaryF32(Asin, "asin", 3600),
    UnaryF32(Acos, "acos", 3800),
    UnaryF32(Atan, "atan", 2200),
    UnaryF32(Sinh, "sinh", 2300),
    UnaryF32(Cosh, "cosh", 4800),
    UnaryF32(Asinh, "asinh", 5100),
    UnaryF32(Acosh, "acosh", 7100),
    UnaryF32(Atanh, "atanh", 3300),
    UnaryF32(Erf, "erf", 2700),
    UnaryF32(Floor, "floor", 260),
    UnaryF32(Ceil, "ceil", 270),
    UnaryF32(Round, "round", 510),
    UnaryF32(Sign, "sign", 120),
    UnaryF32(ThresholdedRelu, "thresholded_relu", 74, lambda op: (f32("alpha", op.alpha),)),
    UnaryF32(Shrink, "shrink", 150, lambda op: (f32("lambd", op.lambd), f32("bias", op.bias))),
    UnaryF32(IsNan, "is_nan", 20, result=DType.BOOL),
    UnaryF32(IsInf, "is_inf", 27, _signs, result=DType.BOOL),
)
