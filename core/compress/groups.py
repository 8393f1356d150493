"""Which channels of a network belong together: what goes when a filter or a neuron goes. NumPy alone.

A channel of a convolution or dense layer is a row of that layer's weights, an entry of its bias, and a
slice of the weights of every layer that reads it. Pooling and ReLU hand channels on one by one. A
flattening of ``[1, h, w, c]`` puts channel k at the places k, k + c, k + 2c, … of the vector.

Channels that reach any other operator (an addition, a concatenation, a depthwise layer, a convolution in
groups) stay whole: what goes together there is not followed yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from codegen.graph import AveragePool2D, Conv2D, Dense, Graph, MaxPool2D, Op, Relu, Reshape


@dataclass(frozen=True, slots=True)
class Consumer:
    """A layer that reads a group's channels; each channel is `repeat` of its inputs."""

    layer: str
    repeat: int


@dataclass(frozen=True, slots=True)
class Group:
    """The channels that one layer gives, and everyone who reads them.

    `layer` is the name of the layer that makes them; `channels` is their number.
    """

    layer: str
    channels: int
    consumers: tuple[Consumer, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the last axis of a tensor comes from: entry j is channel j mod channels of `layer`."""

    layer: str
    repeat: int


@dataclass(frozen=True, slots=True)
class Trace:
    """For each tensor its source (absent for the model's inputs), and the layers that must stay whole."""

    sources: Mapping[str, Source]
    whole: frozenset[str]


def trace(graph: Graph) -> Trace:
    """Follow the channels through the graph."""
    sources: dict[str, Source] = {}
    whole: set[str] = set()
    for op in graph.ops:
        if makes_channels(op):
            sources[op.outputs[0]] = Source(op.name, 1)
            continue
        source = sources.get(op.inputs[0])
        handed_on = None if source is None else _hand_on(graph, op, source)
        if handed_on is None:
            whole.update(sources[name].layer for name in op.inputs if name in sources)
        else:
            sources[op.outputs[0]] = handed_on
    whole.update(sources[name].layer for name in graph.outputs if name in sources)
    return Trace(sources, frozenset(whole))


def makes_channels(op: Op) -> bool:
    """Whether each output channel has weights of its own over all input channels."""
    return isinstance(op, Dense) or (isinstance(op, Conv2D) and op.groups == 1)


def _hand_on(graph: Graph, op: Op, source: Source) -> Source | None:
    """The source of the operator's output, or None where channels are mixed or would be counted."""
    if isinstance(op, MaxPool2D | AveragePool2D | Relu):
        return source
    if isinstance(op, Reshape):
        before, after = graph.tensors[op.inputs[0]].shape, graph.tensors[op.outputs[0]].shape
        if before[-1] == after[-1]:
            return source
        if len(after) == 2:
            return Source(source.layer, source.repeat * prod(before[1:-1]))
    return None


def find_groups(graph: Graph) -> tuple[Group, ...]:
    """The groups of channels that may be pruned, in the order of the graph.

    Left out are those that reach an output of the model or an operator that mixes channels.
    """
    traced = trace(graph)
    consumers: dict[str, list[Consumer]] = {}
    for op in graph.ops:
        source = traced.sources.get(op.inputs[0])
        if makes_channels(op) and source is not None:
            consumers.setdefault(source.layer, []).append(Consumer(op.name, source.repeat))
    groups = []
    for op in graph.ops:
        weight = graph.weight(op)
        if makes_channels(op) and weight is not None and op.name not in traced.whole:
            groups.append(Group(op.name, weight.shape[0], tuple(consumers.get(op.name, []))))
    return tuple(groups)
