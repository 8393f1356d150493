"""Float functions of one element: a C function each, with the operator's options as its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from codegen.graph import (
    Abs,
    Clip,
    DType,
    Elu,
    Exp,
    Gelu,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    Log,
    Neg,
    Op,
    Relu,
    Rsqrt,
    Sigmoid,
    Silu,
    Sqrt,
    Tanh,
)
from codegen.kernels.base import Field, Layer, LoweredLayer, f32, u32
from codegen.kernels.floats import float_refusal

_Options = Callable[[Any], tuple[Field, ...]]


def _none(op: Op) -> tuple[Field, ...]:
    return ()


class UnaryF32:
    """One operator; `cycles` are estimated for one element. Where there are two formulas, `when` chooses."""

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
    ) -> None:
        self.serves = serves
        self.function = f"thimble_{name}_f32"
        self._cycles = cycles
        self._options = options
        self._when = when

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer) if self._when(layer.op) else "is computed by the other formula"

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
)
