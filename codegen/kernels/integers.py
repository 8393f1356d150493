"""Integers and bools without a scale: arithmetic, comparisons, bits. One C function a family."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import cast

from codegen.graph import (
    Activation,
    Add,
    Binary,
    BitOperation,
    Bitwise,
    Compare,
    Div,
    DType,
    Maximum,
    Minimum,
    Mod,
    Mul,
    Not,
    Op,
    Sub,
)
from codegen.kernels.base import Field, Layer, LoweredLayer, u8, u32
from codegen.kernels.element_types import integers_refusal, type_field
from codegen.kernels.operands import broadcast, broadcast_refusal, constant_inputs, describe
from codegen.kernels.relations import holds

_UNSIGNED = (DType.UINT8, DType.UINT16, DType.UINT32)
_BITS = {
    BitOperation.AND: "THIMBLE_BIT_AND",
    BitOperation.OR: "THIMBLE_BIT_OR",
    BitOperation.XOR: "THIMBLE_BIT_XOR",
    BitOperation.SHIFT_LEFT: "THIMBLE_SHIFT_LEFT",
    BitOperation.SHIFT_RIGHT: "THIMBLE_SHIFT_RIGHT",
}


class _Integers(ABC):
    """Of two inputs."""

    function: str
    serves: type[Op]
    dtype: DType | None = None
    encoding = "none"
    in_place = True
    _cycles = 150
    _gives_bools = False

    def refusal(self, layer: Layer) -> str | None:
        result = DType.BOOL if self._gives_bools else layer.input.dtype
        if layer.output.dtype is not result:
            return f"gives {layer.output.dtype.value}"
        return integers_refusal(layer) or broadcast_refusal(layer)

    @abstractmethod
    def option(self, op: Op) -> Field: ...

    def lower(self, layer: Layer) -> LoweredLayer:
        # Bools are bytes of 0 and 1.
        dtype = DType.UINT8 if layer.input.dtype is DType.BOOL else layer.input.dtype
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind.lower()} of {describe(layer)}",
            fields=(broadcast(layer), type_field("type", dtype), self.option(layer.op)),
            constants=constant_inputs(layer),
            cycles=self._cycles * layer.output.elements,
        )


class CompareInteger(_Integers):
    function = "thimble_compare_integer"
    serves: type[Op] = Compare
    _gives_bools = True

    def option(self, op: Op) -> Field:
        return holds(cast(Compare, op))


class BitwiseInteger(_Integers):
    function = "thimble_bitwise"
    serves: type[Op] = Bitwise

    def refusal(self, layer: Layer) -> str | None:
        shifts = cast(Bitwise, layer.op).operation in (BitOperation.SHIFT_LEFT, BitOperation.SHIFT_RIGHT)
        if shifts and layer.input.dtype not in _UNSIGNED:
            return f"shifts {layer.input.dtype.value} numbers, which have signs"
        return super().refusal(layer)

    def option(self, op: Op) -> Field:
        return Field("operation", _BITS[cast(Bitwise, op).operation], 1)


class ArithmeticInteger(_Integers):
    """One operator, `name` as the runtime calls it."""

    function = "thimble_arithmetic_integer"

    def __init__(self, serves: type[Binary], name: str) -> None:
        self.serves = serves
        self._name = name

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.dtype is DType.BOOL:
            return "computes with bools"
        if getattr(layer.op, "activation", Activation.NONE) is not Activation.NONE:
            return "clamps integers without a scale"
        return super().refusal(layer)

    def option(self, op: Op) -> Field:
        truncated = isinstance(op, Mod) and op.truncated
        return Field("operation", f"THIMBLE_INTEGER_{'REMAINDER' if truncated else self._name}", 1)


class NotBytes:
    function = "thimble_not"
    serves: type[Op] = Not
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if layer.output.dtype is not layer.input.dtype:
            return f"gives {layer.output.dtype.value}"
        return integers_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        size = layer.input.size_bytes
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"not, of {layer.input.elements} elements",
            fields=(u32("bytes", size), u8("mask", 1 if layer.input.dtype is DType.BOOL else 255)),
            constants=(),
            cycles=20 * size,
        )


INTEGERS = (
    CompareInteger(),
    BitwiseInteger(),
    ArithmeticInteger(Add, "ADD"),
    ArithmeticInteger(Sub, "SUB"),
    ArithmeticInteger(Mul, "MUL"),
    ArithmeticInteger(Div, "DIV"),
    ArithmeticInteger(Mod, "MOD"),
    ArithmeticInteger(Minimum, "MINIMUM"),
    ArithmeticInteger(Maximum, "MAXIMUM"),
    NotBytes(),
)
