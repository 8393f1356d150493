"""Types of elements as the runtime numbers them (thimble_integer.h)."""

from __future__ import annotations

from codegen.graph import DType
from codegen.kernels.base import Field, Layer

_NAMES = {
    DType.INT8: "THIMBLE_INT8",
    DType.UINT8: "THIMBLE_UINT8",
    DType.INT16: "THIMBLE_INT16",
    DType.UINT16: "THIMBLE_UINT16",
    DType.INT32: "THIMBLE_INT32",
    DType.UINT32: "THIMBLE_UINT32",
    DType.INT64: "THIMBLE_INT64",
    DType.FLOAT32: "THIMBLE_FLOAT32",
    DType.BOOL: "THIMBLE_BOOL",
}


def type_field(name: str, dtype: DType) -> Field:
    return Field(name, _NAMES[dtype], 1)


def integers_refusal(layer: Layer) -> str | None:
    """Why the inputs are not all plain integers (or bools) of one type, or None."""
    inputs = [layer.graph.tensors[name] for name in layer.op.inputs]
    first = inputs[0].dtype
    odd = next((t for t in inputs if t.dtype is not first), None)
    if odd is not None:
        return f"mixes {first.value} with {odd.dtype.value}"
    if first is DType.FLOAT32:
        return "computes with float32"
    if any(t.quantization is not None for t in inputs):
        return f"computes with quantized {first.value} numbers"
    return None
