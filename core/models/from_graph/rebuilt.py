"""A Graph as a Keras model: the layers in the order of the operators, with the weights of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from codegen.graph import DType, Graph, Op, verify
from codegen.passes.fold_bias import fold_bias
from codegen.passes.fuse_relu import fuse_relu
from core.errors import ThimbleError
from core.models.from_graph.registry import BUILDERS
from core.models.from_graph.site import Layer, Site, keras_name


def check_rebuildable(graph: Graph) -> None:
    """Check that a trainable Keras model can be made of the Graph, without Keras.

    Raises ThimbleError ``quantized-model`` for networks of integers, or ``not-trainable`` with the layer that
    stops it.
    """
    for _ in _layers(_prepared(graph)):
        pass


def rebuild(graph: Graph) -> Any:
    """The Keras model that computes what the float Graph does: NHWC, any batch, all weights trainable.

    Layers have the names of the operators as far as Keras takes them. Biases and ReLUs are in their layers;
    batch norms stay layers of their own. Raises ThimbleError as `check_rebuildable` does.
    """
    import keras

    graph = _prepared(graph)
    model = _Model.of(graph)
    for site, layers in list(_layers(graph)):
        model.add(site, layers)
    inputs = [model.values[name] for name in graph.inputs]
    outputs = [model.values[name] for name in graph.outputs]
    whole = keras.Model(_single(inputs), _single(outputs), name=keras_name(graph.name))
    for layer, weights in model.weights:
        layer.set_weights(list(weights))
    return whole


def named_as_layers(graph: Graph) -> Graph:
    """The Graph of which `rebuild` makes layers, with the operators named as these. Raises as it does."""
    graph = _prepared(graph)
    names = _Names.of(graph)
    ops = []
    for site, layers in list(_layers(graph)):
        named = {layer.suffix: names.of_layer(site.op, layer) for layer in layers}
        ops.append(replace(site.op, name=named.get("", site.op.name)))
    return graph.with_ops(tuple(ops))


def _single(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _prepared(graph: Graph) -> Graph:
    """With biases and ReLUs in the layers that they follow. Batch norms stay: they are trained."""
    for tensor in graph.tensors.values():
        if tensor.dtype is not DType.FLOAT32 and not tensor.is_constant:
            raise ThimbleError(
                "quantized-model",
                f"the network computes with {tensor.dtype.value} numbers ({tensor.name!r}): it is quantized "
                "already, and cannot be trained or compressed further",
                "deploy it as it is, or give the float model that it was made from",
            )
    for rewrite in (fold_bias, fuse_relu):
        graph = verify(rewrite(graph).pruned())
    return graph


def _layers(graph: Graph) -> Iterator[tuple[Site, Sequence[Layer]]]:
    for op in graph.ops:
        site = Site(graph, op)
        if type(op) not in BUILDERS:
            raise site.refusal("has no Keras layer that Thimble knows")
        yield site, BUILDERS[type(op)](site)
    for name in graph.inputs:
        shape = graph.tensors[name].shape
        if len(shape) < 2 or shape[0] != 1:
            raise ThimbleError(
                "not-trainable",
                f"the input {name!r} has the shape {list(shape)}, whose first axis is not one sample",
                "export the model with a batch of 1, or with an open one",
            )


@dataclass(slots=True)
class _Names:
    """The names of the layers, given in the order of the operators. Those of the Graph's inputs are taken.

    `lead` is what all operators begin with.
    """

    lead: str
    inputs: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, graph: Graph) -> _Names:
        names = cls(_common_lead([op.name for op in graph.ops]))
        names.inputs = [names._unique(name) for name in graph.inputs]
        return names

    def of_layer(self, op: Op, layer: Layer) -> str:
        """The name of the next layer."""
        suffix = f"_{layer.suffix}" if layer.suffix else ""
        return self._unique(op.name.removeprefix(self.lead) + suffix)

    def _unique(self, name: str) -> str:
        """As Keras takes it, and with a number where it is taken."""
        base = keras_name(name)
        unique, number = base, 1
        while unique.lower() in self._taken:
            number += 1
            unique = f"{base}_{number}"
        self._taken.add(unique.lower())
        return unique


@dataclass(slots=True)
class _Model:
    """The Keras model as far as it is built. `values` are Keras' symbolic tensors, by the Graph's names."""

    graph: Graph
    names: _Names
    values: dict[str, Any] = field(default_factory=dict)
    weights: list[tuple[Any, Sequence[Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, graph: Graph) -> _Model:
        import keras

        model = cls(graph, _Names.of(graph))
        for name, layer in zip(graph.inputs, model.names.inputs, strict=True):
            model.values[name] = keras.Input(graph.tensors[name].shape[1:], name=layer)
        return model

    def add(self, site: Site, layers: Sequence[Layer]) -> None:
        """Put the layers of an operator behind what it reads."""
        import keras

        read = [self.values[name] for name in self.graph.activations_of(site.op)]
        value = _single(read)
        for described in layers:
            kind = getattr(keras.layers, described.class_name)
            layer = kind(name=self.names.of_layer(site.op, described), **described.options)
            value = layer(value)
            if described.weights:
                self.weights.append((layer, described.weights))
        self.values[site.op.outputs[0]] = value


def _common_lead(names: Sequence[str]) -> str:
    """The scope that all names begin with, such as ``model/``: it tells nothing."""
    if len(names) < 2:
        return ""
    lead = names[0].rpartition("/")[0]
    while lead and not all(name.startswith(f"{lead}/") for name in names):
        lead = lead.rpartition("/")[0]
    return f"{lead}/" if lead else ""
