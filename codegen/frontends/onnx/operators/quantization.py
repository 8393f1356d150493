"""QuantizeLinear and DequantizeLinear. Inside the Graph everything is int8: the file's uint8 is 128 lower."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.reductions import axis_of
from codegen.frontends.onnx.value import Activation, Constant, Value
from codegen.graph import Array, Dequantize, DType, Quantization, Quantize

#: What the file's uint8 is lowered by.
SHIFT = 128
_HINT = "quantize to int8 or uint8, weights per tensor or per channel"


@dataclass(frozen=True, slots=True, eq=False)
class _Scales:
    """Scales and zero points of a node, in the file's own type."""

    scale: Array
    zero: Array
    axis: int

    @property
    def unsigned(self) -> bool:
        return self.zero.dtype == np.uint8

    def quantization(self) -> Quantization:
        """As the Graph counts: int8."""
        lower = SHIFT if self.unsigned else 0
        zero = tuple(int(z) - lower for z in self.zero.ravel())
        return Quantization(
            tuple(float(s) for s in self.scale.ravel()), zero, self.axis if self.scale.size > 1 else None
        )

    def along(self, data: Array) -> tuple[Array, Array]:
        """Scale and zero point, shaped so that they broadcast over `data`."""
        if self.scale.size == 1:
            return self.scale.reshape(()), self.zero.reshape(())
        shape = tuple(-1 if axis == self.axis else 1 for axis in range(data.ndim))
        return self.scale.reshape(shape), self.zero.reshape(shape)


def _scales(builder: Builder, node: Node, shape: tuple[int, ...], default: str) -> _Scales:
    """`default` is the type of a zero point that is left out."""
    scale = builder.constant(node, 1)
    if node.integer("block_size", 0):
        raise node.refusal("quantizes in blocks", _HINT)
    if scale.dtype != np.float32 or scale.ndim > 1 or not np.all((scale > 0) & np.isfinite(scale)):
        raise node.refusal("has scales that are no positive float32 numbers", _HINT)
    zero = builder.constant(node, 2) if node.has_input(2) else np.zeros(scale.shape, default)
    if zero.dtype.name not in ("int8", "uint8", "int32") or zero.size != scale.size:
        raise node.refusal(f"quantizes to {zero.dtype.name}", _HINT)
    axis = 0
    if scale.size > 1:
        axis = axis_of(node, node.integer("axis", 1), len(shape))
        if scale.size != shape[axis]:
            raise node.broken(f"has {scale.size} scales for {shape[axis]} channels")
    return _Scales(scale, zero, axis)


def quantize_linear(builder: Builder, node: Node) -> Value:
    value = builder.value(node, 0)
    if isinstance(value, Constant):
        return _quantized_constant(builder, node, value)
    builder.require_real(node, value)
    scales = _scales(builder, node, value.shape, "uint8")
    if scales.scale.size > 1:
        raise node.refusal("quantizes a computed tensor per channel", "quantize activations per tensor")
    source = builder.tensors[value.tensor]
    tensor = builder.emit(node, Quantize, (value.tensor,), source.shape, dtype=DType.INT8)
    builder.tensors[tensor] = replace(builder.tensors[tensor], quantization=scales.quantization())
    return replace(value, tensor=tensor, unsigned=scales.unsigned)


def _quantized_constant(builder: Builder, node: Node, value: Constant) -> Constant:
    scales = _scales(builder, node, value.data.shape, "uint8")
    scale, zero = scales.along(value.data)
    limits = np.iinfo(zero.dtype)
    steps = np.rint(value.data / scale) + zero
    return Constant(np.clip(steps, limits.min, limits.max).astype(zero.dtype))


def dequantize_linear(builder: Builder, node: Node) -> Value:
    value = builder.value(node, 0)
    if isinstance(value, Constant):
        return _real_constant(builder, node, value)
    value = _given_scales(builder, node, value)
    source = builder.tensors[value.tensor]
    tensor = builder.emit(node, Dequantize, (value.tensor,), source.shape, dtype=DType.FLOAT32)
    return replace(value, tensor=tensor, unsigned=False)


def _given_scales(builder: Builder, node: Node, value: Activation) -> Activation:
    """The integers with the node's scale: their own, or for an input of the model the one they get here."""
    source = builder.tensors[value.tensor]
    unsigned = value.unsigned or source.dtype is DType.UINT8
    scales = _scales(builder, node, value.shape, "uint8" if unsigned else "int8")
    if source.dtype not in (DType.INT8, DType.UINT8) or scales.unsigned != unsigned:
        raise node.refusal(f"reads {source.dtype.value} as {scales.zero.dtype.name}", _HINT)
    wanted = scales.quantization()
    if source.quantization is None and wanted.axis is None:
        return _input(builder, node, value, wanted)
    if source.quantization != wanted:
        raise node.refusal("reads integers with another scale than they were made with", _HINT)
    return value


def _input(builder: Builder, node: Node, value: Activation, wanted: Quantization) -> Activation:
    """An input of integers gets its scale; uint8 becomes int8 behind it."""
    source = builder.tensors[value.tensor]
    if source.dtype is DType.INT8:
        builder.tensors[value.tensor] = replace(source, quantization=wanted)
        return value
    own = replace(wanted, zero_point=(wanted.zero_point[0] + SHIFT,))
    builder.tensors[value.tensor] = replace(source, quantization=own)
    tensor = builder.emit(node, Quantize, (value.tensor,), source.shape, "_int8", dtype=DType.INT8)
    builder.tensors[tensor] = replace(builder.tensors[tensor], quantization=wanted)
    moved = replace(value, tensor=tensor, unsigned=True)
    builder.values[node.inputs[0]] = moved
    return moved


def _real_constant(builder: Builder, node: Node, value: Constant) -> Constant:
    """Constant integers as real numbers that remember what they were made of."""
    if value.data.dtype.name not in ("int8", "uint8", "int32"):
        raise node.refusal(f"reads {value.data.dtype.name}", _HINT)
    scales = _scales(builder, node, value.data.shape, value.data.dtype.name)
    scale, zero = scales.along(value.data)
    data = ((value.data.astype(np.int64) - zero) * scale).astype(np.float32)
    return Constant(data, None if value.data.dtype == np.int32 else scales.quantization())


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "QuantizeLinear": quantize_linear,
    "DequantizeLinear": dequantize_linear,
}
