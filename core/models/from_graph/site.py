"""What a builder has in its hands: an operator, its place in the Graph, and the Keras model so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Activation, Graph, Op, Tensor
from core.errors import ThimbleError

FloatArray = npt.NDArray[np.float32]

_DEPLOY_HINT = (
    "it can be planned and deployed as it is; to compress it, give the Keras model it was made from"
)
#: Keras' names of the activations that operators apply to their own output.
FUSED_NAMES: Mapping[Activation, str] = {
    Activation.NONE: "linear",
    Activation.RELU: "relu",
    Activation.RELU6: "relu6",
    Activation.RELU_N1_TO_1: "hard_tanh",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """A Keras layer to be made: its class, its options without the name, its weights in Keras' order.

    `suffix` tells the layers of one operator apart; that without one is the operator's own.
    """

    class_name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    weights: Sequence[FloatArray] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """An operator in its Graph, as builders see it."""

    graph: Graph
    op: Op

    @property
    def source(self) -> Tensor:
        """What the operator computes with: its first input that is no constant."""
        computed = self.graph.activations_of(self.op)
        if not computed:
            raise self.refusal("computes with constants alone")
        return self.graph.tensors[computed[0]]

    @property
    def result(self) -> Tensor:
        return self.graph.tensors[self.op.outputs[0]]

    def constant(self, index: int) -> FloatArray:
        """The constant that is input number `index`."""
        data = self.graph.tensors[self.op.inputs[index]].data
        if data is None:
            raise self.refusal("has weights that are computed")
        return np.asarray(data, np.float32)

    def refusal(self, what: str, hint: str = _DEPLOY_HINT) -> ThimbleError:
        """The error for an operator that cannot become a Keras layer in this form."""
        return ThimbleError(
            "not-trainable",
            f"layer {self.op.name!r} ({self.op.kind}) {what}, so no Keras model can be made of the file",
            hint,
        )


#: The layers that an operator becomes, one after another; none where it does nothing.
Builder = Callable[[Site], Sequence[Layer]]


def activated(site: Site, layer: Layer) -> Sequence[Layer]:
    """The layer, and after it the activation that the operator applies, as a layer of its own."""
    name = FUSED_NAMES[getattr(site.op, "activation", Activation.NONE)]
    return (layer,) if name == "linear" else (layer, Layer("Activation", {"activation": name}, suffix=name))


def keras_name(name: str) -> str:
    """A name as Keras takes it: no slashes, nothing that TensorFlow's scopes refuse."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_.-") or "layer"
