"""The inputs and the outputs of a model in its header: what each is called in C."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen.emit.arrays import C_TYPES
from codegen.emit.names import c_names
from codegen.graph import Tensor

if TYPE_CHECKING:
    from codegen.compiler import Compilation


@dataclass(frozen=True, slots=True)
class End:
    """An input or an output. `label` is its name where there are several on its side, otherwise empty;
    `accessor` is the function that points to it, `size_macro` has its bytes."""

    tensor: Tensor
    label: str
    accessor: str
    size_macro: str

    @property
    def c_type(self) -> str:
        """The C type of its elements."""
        return C_TYPES[self.tensor.dtype.value]


@dataclass(frozen=True, slots=True)
class Ends:
    """All of them, in the order of the model's file."""

    inputs: tuple[End, ...]
    outputs: tuple[End, ...]

    @property
    def several(self) -> bool:
        """Whether there is more than one of either: the code then has them as one string of bytes too."""
        return len(self.inputs) > 1 or len(self.outputs) > 1


def ends_of(compilation: Compilation, name: str) -> Ends:
    """`name` is what every global name of the model begins with."""
    graph = compilation.graph
    layers = c_names(tuple(layer.op.name for layer in compilation.layers), name)
    taken = {f"{name}_{layers[x.op.name]}_{c.role}" for x in compilation.layers for c in x.constants}
    return Ends(
        _named([graph.tensors[n] for n in graph.inputs], f"{name}_input", taken),
        _named([graph.tensors[n] for n in graph.outputs], f"{name}_output", taken),
    )


def _named(tensors: list[Tensor], prefix: str, taken: Iterable[str]) -> tuple[End, ...]:
    if len(tensors) == 1:
        return (End(tensors[0], "", prefix, f"{prefix.upper()}_BYTES"),)
    labels = c_names(tuple(tensor.name for tensor in tensors))
    ends = []
    for tensor in tensors:
        label = labels[tensor.name]
        while f"{prefix}_{label}" in taken:
            label += "_"
        accessor = f"{prefix}_{label}"
        ends.append(End(tensor, label, accessor, f"{accessor.upper()}_BYTES"))
    return tuple(ends)
