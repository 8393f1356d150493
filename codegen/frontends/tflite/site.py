"""What a reader of one operator gets, and how it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.frontends.padding import same_padding
from codegen.graph import Activation, Array, Padding, Tensor

_SAME = 0  # schema: enum Padding { SAME, VALID }
_ACTIVATIONS = {
    0: Activation.NONE,
    1: Activation.RELU,
    2: Activation.RELU_N1_TO_1,
    3: Activation.RELU6,
}


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One operator in the file: its layer's name, the schema's options (or None), and its tensors.

    Inputs that are left out in the file are left out here too. `stored_sparse` names the tensors that the
    file holds in a sparse form.
    """

    layer: str
    kind: str
    options: Any
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    stored_sparse: frozenset[str] = frozenset()

    def names(self, count: int | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the inputs (the first `count` of them) and of the outputs."""
        return tuple(t.name for t in self.inputs[:count]), tuple(t.name for t in self.outputs)

    def activation(self) -> Activation:
        """The activation fused into this operator."""
        code = int(self.options.fusedActivationFunction)
        if code not in _ACTIVATIONS:
            raise self.refuse(f"the fused activation {code} (of the TFLite schema)", "use ReLU or ReLU6")
        return _ACTIVATIONS[code]

    def padding(
        self,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        dilation: tuple[int, int] = (1, 1),
        size: tuple[int, int] | None = None,
    ) -> Padding:
        """What SAME or VALID means for an image of this size (height, width), or for the first input."""
        if min(*stride, *dilation) < 1:
            raise self.refuse("a step of 0", "export the model again")
        if int(self.options.padding) != _SAME:
            return Padding()
        if size is None:
            self.require_rank(4)
            size = (self.inputs[0].shape[1], self.inputs[0].shape[2])
        return same_padding(size, kernel, stride, dilation)

    def require_rank(self, rank: int) -> None:
        """Raise CodegenError unless the first input has so many axes."""
        if len(self.inputs[0].shape) != rank:
            raise self.refuse(f"an input of {len(self.inputs[0].shape)} axes", f"give it {rank}")

    def constant(self, index: int, what: str) -> Array:
        """The values of an input that must be known at compile time."""
        data = self.inputs[index].data
        if data is None:
            raise self.refuse(f"a computed {what}", "make it a constant")
        return data

    def integers(self, index: int, what: str) -> tuple[int, ...]:
        """The integers in an input that must be known at compile time, one after another."""
        return tuple(int(n) for n in self.integer_array(index, what).reshape(-1))

    def integer_array(self, index: int, what: str) -> Array:
        """The same in their shape, as int64."""
        data = self.constant(index, what)
        if data.dtype.kind not in "iu":
            raise self.refuse(f"a {what} of {data.dtype.name}", "export the model again")
        return data.astype(np.int64)

    def axis(self, value: int) -> int:
        """An axis of the first input, counted from the front."""
        rank = len(self.inputs[0].shape)
        if not -rank <= value < rank:
            raise self.refuse(f"the axis {value} of {rank}", "export the model again")
        return value % rank

    def refuse(self, what: str, instead: str) -> CodegenError:
        """The error for an operator that is known, but not in this form."""
        return CodegenError(
            "unsupported-operator",
            f"layer {self.layer!r} ({self.kind}) has {what}, which the compiler does not support",
            instead,
        )
