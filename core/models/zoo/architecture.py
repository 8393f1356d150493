"""Architectures as values: their counts need no TensorFlow, and `build` makes the Keras model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.models.zoo.layers import LayerSpec, Shape, Sum


@dataclass(frozen=True, slots=True)
class Node:
    """A layer in its place: what it reads (places of earlier nodes, 0 is the input) and what it gives."""

    name: str
    spec: LayerSpec
    inputs: tuple[int, ...]
    output: Shape


@dataclass(slots=True)
class _Tape:
    """Writes down the layers while an architecture is wired."""

    shapes: list[Shape]
    nodes: list[Node] = field(default_factory=list)
    named: Counter[str] = field(default_factory=Counter)

    def add(self, spec: LayerSpec, inputs: tuple[int, ...]) -> int:
        count = self.named[spec.base]
        self.named[spec.base] += 1
        shape = spec.output(*(self.shapes[i] for i in inputs))
        name = f"{spec.base}_{count}" if count else spec.base
        self.nodes.append(Node(name, spec, inputs, shape))
        self.shapes.append(shape)
        return len(self.shapes) - 1


@dataclass(frozen=True, slots=True)
class Value:
    """What a layer gives, while an architecture is wired."""

    _tape: _Tape
    _place: int

    @property
    def shape(self) -> Shape:
        return self._tape.shapes[self._place]

    def then(self, *specs: LayerSpec) -> Value:
        """These layers one after the other."""
        value = self
        for spec in specs:
            value = Value(self._tape, self._tape.add(spec, (value._place,)))
        return value

    def plus(self, other: Value) -> Value:
        """The sum of both branches."""
        return Value(self._tape, self._tape.add(Sum(), (self._place, other._place)))


#: From the input to the output.
Wiring = Callable[[Value], Value]


def chain(*specs: LayerSpec) -> Wiring:
    """A network of one layer after the other."""
    return lambda image: image.then(*specs)


@dataclass(frozen=True)
class Architecture:
    """A network from one input to one output.

    `source` says where it is published, or that it is our own; `choices` what the publication leaves open
    and how it is read here.
    """

    name: str
    about: str
    source: str
    input_shape: Shape
    wiring: Wiring
    choices: str = ""

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The layers in the order in which they are computed; the last gives the output."""
        tape = _Tape([self.input_shape])
        self.wiring(Value(tape, 0))
        return tuple(tape.nodes)

    def _read_by(self, node: Node) -> tuple[Shape, ...]:
        return tuple(self.nodes[i - 1].output if i else self.input_shape for i in node.inputs)

    @cached_property
    def parameters(self) -> int:
        """Weights, biases and all four numbers a channel of the batch norms."""
        return sum(node.spec.parameters(*self._read_by(node)) for node in self.nodes)

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(node.spec.macs(*self._read_by(node)) for node in self.nodes)

    def count(self, *kinds: type[LayerSpec]) -> int:
        """The parameters of the layers of these kinds alone."""
        chosen = (node for node in self.nodes if isinstance(node.spec, kinds))
        return sum(node.spec.parameters(*self._read_by(node)) for node in chosen)

    def build(self, seed: int = 0) -> Any:
        """The Keras model with random weights of this seed. Imports TensorFlow: for worker processes."""
        import keras

        keras.utils.set_random_seed(seed)
        values = [keras.Input(self.input_shape, name="input_layer")]
        for node in self.nodes:
            read = [values[i] for i in node.inputs]
            values.append(node.spec.keras(node.name)(read if len(read) > 1 else read[0]))
        return keras.Model(values[0], values[-1], name=self.name.replace("-", "_"))
