"""What a kernel is, and what it makes of a layer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from codegen.c_float import c_float
from codegen.errors import CodegenError
from codegen.fixed_point import quantize
from codegen.graph import Activation, Array, DType, Graph, Op, Quantization, Rounding, Tensor
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a kernel's parameter struct: `value` is C text; sizes are those on a 32-bit CPU.

    `alignment_bytes` is that of the elements of an array, and the size itself for a number.
    """

    name: str
    value: str
    size_bytes: int
    alignment_bytes: int = 0

    @property
    def alignment(self) -> int:
        return self.alignment_bytes or self.size_bytes


def pointer(role: str) -> Field:
    """A member that points to the layer's constant array of this role."""
    return Field(role, role, 4)


def input_role(index: int) -> str:
    """The role of a constant array that is passed where input `index` would be an activation."""
    return f"input{index}"


def u32(name: str, value: int) -> Field:
    return _number(name, value, 4, 0, 2**32 - 1)


def s32(name: str, value: int) -> Field:
    return _number(name, value, 4, -(2**31) + 1, 2**31 - 1)


def u16(name: str, value: int) -> Field:
    return _number(name, value, 2, 0, 65_535)


def u8(name: str, value: int) -> Field:
    return _number(name, value, 1, 0, 255)


def s8(name: str, value: int) -> Field:
    return _number(name, value, 1, -128, 127)


def f32(name: str, value: float) -> Field:
    """A float, with all its digits."""
    return Field(name, c_float(value), 4)


def array(name: str, members: tuple[Field, ...]) -> Field:
    """An array member of these numbers, whose own names do not count."""
    values = ", ".join(m.value for m in members)
    return Field(name, f"{{{values}}}", sum(m.size_bytes for m in members), members[0].alignment)


def struct(name: str, members: tuple[Field, ...]) -> Field:
    """A member that is a struct of these."""
    values = ", ".join(f".{m.name} = {m.value}" for m in members)
    return Field(name, f"{{{values}}}", struct_bytes(members), max(m.alignment for m in members))


def _number(name: str, value: int, size_bytes: int, low: int, high: int) -> Field:
    if not low <= value <= high:
        raise CodegenError(
            "unsupported-size",
            f"its {name.replace('_', ' ')} is {value}; the generated code allows {low} to {high}",
            "use a smaller layer",
        )
    return Field(name, str(value), size_bytes)


def struct_bytes(fields: tuple[Field, ...]) -> int:
    """sizeof of a C struct with these members on a 32-bit CPU (natural alignment)."""
    offset = 0
    for member in fields:
        offset = -(-offset // member.alignment) * member.alignment + member.size_bytes
    largest = max((f.alignment for f in fields), default=1)
    return -(-offset // largest) * largest


@dataclass(frozen=True, slots=True)
class Layer:
    """An operator with the tensors around it."""

    graph: Graph
    op: Op

    @property
    def input(self) -> Tensor:
        return self.graph.tensors[self.op.inputs[0]]

    @property
    def output(self) -> Tensor:
        return self.graph.tensors[self.op.outputs[0]]

    def constant(self, index: int) -> Array:
        """The constant at this place among the inputs."""
        data = self.graph.tensors[self.op.inputs[index]].data
        if data is None:
            raise ValueError(f"input {index} of {self.op.name} is no constant")
        return data

    def quantization(self, tensor: Tensor) -> Quantization:
        """Raises CodegenError ``unsupported-operator`` where the tensor has none."""
        if tensor.quantization is None:
            raise CodegenError(
                "unsupported-operator",
                f"layer {self.op.name!r} ({self.op.kind}) computes with {tensor.dtype.value} without a scale",
                "quantize the model again",
            )
        return tensor.quantization


@dataclass(frozen=True, slots=True)
class DenseAlternative:
    """`weights_bytes` of flash and the estimated `cycles` of a layer with dense weights."""

    weights_bytes: int
    cycles: int


@dataclass(frozen=True, slots=True)
class LoweredLayer:
    """A layer as C: a call of `function` with a parameter struct and constant arrays.

    `function` is empty where no code is needed. It takes the parameters, a pointer to each activation that
    the operator reads (or, with `takes_list`, one array of them), one to each that it writes (with
    `gives_list` an array), and one to `scratch_bytes` of memory of its own, if any; a constant with the role
    `input_role(n)` stands in for input n. `cycles` is an estimate for the Cortex-M0+, or for the CPU that the
    kernel is made for, with factors fitted to counts of single layers on the virtual board; in a Compilation
    it is the board's CPU's.
    """

    op: Op
    function: str
    encoding: str
    comment: str
    fields: tuple[Field, ...]
    constants: tuple[ConstantArray, ...]
    cycles: int
    scratch_bytes: int = 0
    takes_list: bool = False
    gives_list: bool = False
    #: For CPUs on which no factor fits (codegen/kernels/cycles.py).
    cycles_on: Mapping[Cpu, int] = field(default_factory=dict)
    #: What the same layer would take with dense weights, where they are stored in another way and could be.
    dense: DenseAlternative | None = None
    #: For so many places of the output each weight is read once, as far as that is told.
    places_at_once: int = 1

    @property
    def weights_bytes(self) -> int:
        """Flash for weights, biases and requantization tables."""
        return sum(c.size_bytes for c in self.constants)

    @property
    def params_bytes(self) -> int:
        return struct_bytes(self.fields)


class Kernel(Protocol):
    """Serves one operator with one storage of the weights, on every CPU that it does not leave out.

    It may also say `in_place = True`: its output may lie over any input of the same shape with elements as
    large or larger, because it has read what it needs there before it writes; `roundings`, the ways in which
    a kernel for convolutions can round, TFLite's alone where it does not say; and `cpus`, where it is faster
    than the portable one, gives the same bytes, and may refuse more.
    """

    function: str
    serves: type[Op]
    encoding: str
    #: Of the layer's input; None serves every type.
    dtype: DType | None

    def refusal(self, layer: Layer) -> str | None:
        """Why this kernel cannot compute the layer, or None when it can."""
        ...

    def lower(self, layer: Layer) -> LoweredLayer: ...


def serves_rounding(kernel: Kernel, op: Op) -> bool:
    """Whether the kernel rounds as often as the operator asks, if it does."""
    wanted: Rounding | None = getattr(op, "rounding", None)
    offered: frozenset[Rounding] = getattr(kernel, "roundings", frozenset({Rounding.TWICE}))
    return wanted is None or wanted in offered


def serves_cpu(kernel: Kernel, cpu: Cpu) -> bool:
    """Whether the kernel is one for this CPU: the portable ones are for all."""
    cpus: frozenset[Cpu] | None = getattr(kernel, "cpus", None)
    return cpus is None or cpu in cpus


def activation_range(activation: Activation, output: Quantization) -> tuple[int, int]:
    """The clamp that a fused activation becomes (TFLite CalculateActivationRangeQuantized)."""
    scale, zero = output.scale[0], output.zero_point[0]
    least, most = activation.limits
    low = -128 if math.isinf(least) else max(-128, quantize(least, scale, zero))
    high = 127 if math.isinf(most) else min(127, quantize(most, scale, zero))
    return low, high
