"""Which channels of a network can go only together. NumPy alone.

A *structure* is a set of channels that must be removed as one: channel k of a convolution, with channel k of
everything that is added to it, the batch norms and depthwise filters in between, and the slices of the
weights that read it. Each entry of each axis of each constant belongs to one structure, or to none. So
removing structures is taking entries away along axes, whatever the network looks like.

Removing a structure computes what setting all its entries to zero does, provided that the zeros arrive as
zeros at everyone who reads them: a sigmoid in between makes a half of them. Where that fails, and where
channels are mixed, cut or given as an output, structures are *fixed*: they stay.

The idea of coupled structures: Fang et al. 2023, DepGraph: Towards Any Structural Pruning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import cast

import numpy as np
import numpy.typing as npt

from codegen.graph import (
    Abs,
    Add,
    AveragePool2D,
    BatchNorm,
    Clip,
    Concat,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Elu,
    Gelu,
    Graph,
    HardSwish,
    LeakyRelu,
    Maximum,
    MaxPool2D,
    Minimum,
    Mul,
    Neg,
    Op,
    Pad,
    PRelu,
    Reduce,
    Relu,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    Silu,
    Slice,
    Split,
    Sqrt,
    Sub,
    Tanh,
    Transpose,
    Unary,
)

Ids = npt.NDArray[np.int64]
#: For each axis of a constant the structure of each entry, or None where the axis counts no channels.
Axes = tuple[Ids | None, ...]

#: Operators on one element at a time for which zero stays zero.
_KEEP_ZERO = (Relu, LeakyRelu, Elu, HardSwish, Silu, Gelu, Tanh, Sqrt, Abs, Neg)


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """The structures of a network, numbered from 0.

    `activations` gives the structure of each entry of the last axis of a tensor, `constants` those along
    each axis, `makers` the layers whose filters or neurons make the channels (with the tensor that they
    write), and `fixed` whether a structure must stay.
    """

    activations: Mapping[str, Ids]
    constants: Mapping[str, Axes]
    makers: Mapping[str, Ids]
    fixed: npt.NDArray[np.bool_]


@dataclass(slots=True)
class _Tracer:
    """Follows channels through the graph. `ids` are per tensor; `zero` says that zeros arrive as zeros."""

    graph: Graph
    parents: list[int] = field(default_factory=list)
    ids: dict[str, Ids] = field(default_factory=dict)
    zero: dict[str, bool] = field(default_factory=dict)
    constants: dict[str, Axes] = field(default_factory=dict)
    makers: dict[str, Ids] = field(default_factory=dict)
    fixed: set[int] = field(default_factory=set)

    def width(self, tensor: str) -> int:
        return self.graph.tensors[tensor].shape[-1]

    def new(self, count: int) -> Ids:
        first = len(self.parents)
        self.parents.extend(range(first, first + count))
        return np.arange(first, first + count)

    def root(self, structure: int) -> int:
        while self.parents[structure] != structure:
            self.parents[structure] = self.parents[self.parents[structure]]
            structure = self.parents[structure]
        return structure

    def couple(self, one: Ids, other: Ids) -> None:
        for a, b in zip(one.tolist(), other.tolist(), strict=True):
            self.parents[self.root(b)] = self.root(a)

    def fix(self, tensor: str) -> None:
        if tensor in self.ids:
            self.fixed.update(self.ids[tensor].tolist())

    def give(self, tensor: str, ids: Ids, zero: bool = True) -> None:
        self.ids[tensor], self.zero[tensor] = ids, zero

    def read(self, tensor: str) -> Ids:
        """The structures that a layer with weights reads: they stay where zeros would not arrive."""
        if not self.zero[tensor]:
            self.fix(tensor)
        return self.ids[tensor]

    def describe(self, constant: str, axes: Axes) -> None:
        """What the constant's axes count; where several layers read it, what they say is coupled."""
        for before, now in zip(self.constants.get(constant, ()), axes, strict=False):
            if before is not None and now is not None:
                self.couple(before, now)
        self.constants[constant] = axes

    def along_last(self, name: str, ids: Ids) -> None:
        """A constant with one entry a channel along its last axis, or one entry for all."""
        shape = self.graph.tensors[name].shape
        if shape and shape[-1] == len(ids):
            self.describe(name, (*([None] * (len(shape) - 1)), ids))

    def is_constant(self, tensor: str) -> bool:
        return self.graph.tensors[tensor].is_constant


def trace(graph: Graph) -> Coupling:
    """Find the structures of a float graph."""
    tracer = _Tracer(graph)
    for name in graph.inputs:
        tracer.give(name, tracer.new(tracer.width(name)))
        tracer.fix(name)
    for op in graph.ops:
        _RULES.get(type(op), _keep)(tracer, op)
    for name in graph.outputs:
        tracer.fix(name)
    return _numbered(tracer)


def _numbered(tracer: _Tracer) -> Coupling:
    """With the structures numbered without gaps, in the order in which the graph makes them."""
    roots = np.fromiter((tracer.root(n) for n in range(len(tracer.parents))), np.int64, len(tracer.parents))
    present, number = np.unique(roots, return_inverse=True)
    fixed = np.zeros(len(present), np.bool_)
    fixed[number[sorted(tracer.fixed)]] = True
    return Coupling(
        {name: number[ids] for name, ids in tracer.ids.items()},
        {
            name: tuple(None if ids is None else number[ids] for ids in axes)
            for name, axes in tracer.constants.items()
        },
        {name: number[ids] for name, ids in tracer.makers.items()},
        fixed,
    )


# One rule an operator.

_Rule = Callable[[_Tracer, Op], None]


def _keep(tracer: _Tracer, op: Op) -> None:
    """Nothing is known of the operator: all that it reads and writes stays."""
    for name in op.inputs:
        tracer.fix(name)
    for name in op.outputs:
        shape = tracer.graph.tensors[name].shape
        tracer.give(name, tracer.new(shape[-1] if shape else 1))
        tracer.fix(name)


def _make(tracer: _Tracer, op: Op) -> None:
    """A convolution or a dense layer: every output channel has weights over all input channels."""
    if tracer.is_constant(op.inputs[0]) or tracer.graph.weight(op) is None or _is_grouped(op):
        _keep(tracer, op)
        return
    made = tracer.new(tracer.width(op.outputs[0]))
    rank = len(tracer.graph.tensors[op.inputs[1]].shape)
    tracer.describe(op.inputs[1], (made, *([None] * (rank - 2)), tracer.read(op.inputs[0])))
    for bias in op.inputs[2:]:
        tracer.along_last(bias, made)
    tracer.makers[op.name] = made
    tracer.give(op.outputs[0], made)


def _is_grouped(op: Op) -> bool:
    return isinstance(op, Conv2D) and op.groups != 1


def _depthwise(tracer: _Tracer, op: Op) -> None:
    """Output channel c reads input channel c // (out / in): it goes with it."""
    if tracer.graph.weight(op) is None:
        _keep(tracer, op)
        return
    read = tracer.ids[op.inputs[0]]
    ids = np.repeat(read, tracer.width(op.outputs[0]) // len(read))
    for name in op.inputs[1:]:
        tracer.along_last(name, ids)
    tracer.give(op.outputs[0], ids)


def _per_channel(tracer: _Tracer, op: Op) -> None:
    """A batch norm: with gamma and beta at zero it gives zeros, whatever it reads."""
    ids = tracer.ids[op.inputs[0]]
    for name in op.inputs[1:]:
        tracer.along_last(name, ids)
    tracer.give(op.outputs[0], ids)


def _slope(tracer: _Tracer, op: Op) -> None:
    tracer.along_last(op.inputs[1], tracer.ids[op.inputs[0]])
    _hand_on(tracer, op)


def _hand_on(tracer: _Tracer, op: Op) -> None:
    """Channel by channel, zero for zero."""
    tracer.give(op.outputs[0], tracer.ids[op.inputs[0]], tracer.zero[op.inputs[0]])


def _hand_on_changed(tracer: _Tracer, op: Op) -> None:
    """Channel by channel, but zero becomes another number."""
    tracer.give(op.outputs[0], tracer.ids[op.inputs[0]], zero=False)


def _clip(tracer: _Tracer, op: Op) -> None:
    clip = cast(Clip, op)
    (_hand_on if clip.low <= 0.0 <= clip.high else _hand_on_changed)(tracer, op)


def _pad(tracer: _Tracer, op: Op) -> None:
    pad = cast(Pad, op)
    if pad.before[-1] or pad.after[-1]:
        _keep(tracer, op)
    else:
        (_hand_on if pad.value == 0.0 else _hand_on_changed)(tracer, op)


def _reduce(tracer: _Tracer, op: Op) -> None:
    last = len(tracer.graph.tensors[op.inputs[0]].shape) - 1
    (_keep if last in cast(Reduce, op).axes else _hand_on)(tracer, op)


def _transpose(tracer: _Tracer, op: Op) -> None:
    *_, last = cast(Transpose, op).permutation
    stays_last = last == len(tracer.graph.tensors[op.inputs[0]].shape) - 1
    (_hand_on if stays_last else _keep)(tracer, op)


def _reshape(tracer: _Tracer, op: Op) -> None:
    """A flattening of [1, h, w, c] puts channel k at the places k, k + c, k + 2c, … of the vector."""
    before, after = (tracer.graph.tensors[name].shape for name in (op.inputs[0], op.outputs[0]))
    if before[-1] == after[-1]:
        _hand_on(tracer, op)
    elif len(after) == 2:
        ids = np.tile(tracer.ids[op.inputs[0]], prod(before[1:-1]))
        tracer.give(op.outputs[0], ids, tracer.zero[op.inputs[0]])
    else:
        _keep(tracer, op)


def _concat(tracer: _Tracer, op: Op) -> None:
    if any(tracer.is_constant(name) for name in op.inputs):
        _keep(tracer, op)
        return
    parts = [tracer.ids[name] for name in op.inputs]
    zero = all(tracer.zero[name] for name in op.inputs)
    if cast(Concat, op).axis == len(tracer.graph.tensors[op.outputs[0]].shape) - 1:
        tracer.give(op.outputs[0], np.concatenate(parts), zero)
        return
    for other in parts[1:]:
        tracer.couple(parts[0], other)
    tracer.give(op.outputs[0], parts[0], zero)


def _split(tracer: _Tracer, op: Op) -> None:
    ids, zero = tracer.ids[op.inputs[0]], tracer.zero[op.inputs[0]]
    along_channels = cast(Split, op).axis == len(tracer.graph.tensors[op.inputs[0]].shape) - 1
    start = 0
    for name in op.outputs:
        part = ids[start : start + tracer.width(name)] if along_channels else ids
        tracer.give(name, part, zero)
        start += tracer.width(name)


def _sum(tracer: _Tracer, op: Op) -> None:
    """Zero where both terms are: the channels of both go together."""
    _joined(tracer, op, zero=lambda terms: all(terms))


def _product(tracer: _Tracer, op: Op) -> None:
    """Zero where one factor is: a gate after a sigmoid may stand open."""
    _joined(tracer, op, zero=lambda factors: any(factors))


def _joined(tracer: _Tracer, op: Op, zero: Callable[[list[bool]], bool]) -> None:
    width = tracer.width(op.outputs[0])
    read = [name for name in op.inputs if not tracer.is_constant(name)]
    if any(tracer.width(name) != width for name in read):
        _keep(tracer, op)
        return
    ids = tracer.ids[read[0]]
    for name in read[1:]:
        tracer.couple(ids, tracer.ids[name])
    zeros = []
    for name in op.inputs:
        if name in read:
            zeros.append(tracer.zero[name])
        else:
            tracer.along_last(name, ids)
            zeros.append(name in tracer.constants or not np.any(tracer.graph.tensors[name].data))
    tracer.give(op.outputs[0], ids, zero(zeros))


def _slice(tracer: _Tracer, op: Op) -> None:
    cut = cast(Slice, op)
    whole = tracer.width(op.inputs[0]) == tracer.width(op.outputs[0]) and cut.step[-1] == 1
    (_hand_on if whole else _keep)(tracer, op)


def _subclasses(kind: type[Op]) -> list[type[Op]]:
    return [each for child in kind.__subclasses__() for each in (child, *_subclasses(child))]


_RULES: dict[type[Op], _Rule] = {
    **dict.fromkeys(_subclasses(Unary), _hand_on_changed),
    **dict.fromkeys(_KEEP_ZERO, _hand_on),
    **dict.fromkeys((MaxPool2D, AveragePool2D, ResizeNearest, ResizeBilinear), _hand_on),
    **dict.fromkeys(_subclasses(Reduce), _reduce),
    Clip: _clip,
    Conv2D: _make,
    Dense: _make,
    DepthwiseConv2D: _depthwise,
    BatchNorm: _per_channel,
    PRelu: _slope,
    Add: _sum,
    Sub: _sum,
    Maximum: _sum,
    Minimum: _sum,
    Mul: _product,
    Concat: _concat,
    Split: _split,
    Slice: _slice,
    Pad: _pad,
    Reshape: _reshape,
    Transpose: _transpose,
}
