"""Names inside an ONNX graph that do not depend on what the process converted before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: The converter ends the names that it makes with a number that counts over the life of the process.
_COUNTED = re.compile(r"__\d+(:\d+)?$")
#: Of constants that are equal it keeps any one; their names say what the one was for.
_CONSTANT = re.compile(r"^const_\w+?__\d+$")


def number_values(graph: Any) -> None:
    """Number the counted names of values and nodes anew, and order the constants, by their first use.

    The open first axis of inputs and outputs is called ``batch``.
    """
    graph.doc_string = ""
    for value in (*graph.input, *graph.output):
        for axis in value.type.tensor_type.shape.dim:
            if axis.dim_param:
                axis.dim_param = "batch"
    names: dict[str, str] = {}
    for name in _values_in_order(graph):
        if name not in names and _COUNTED.search(name):
            stem = "const" if _CONSTANT.match(name) else _COUNTED.sub("", name)
            names[name] = f"{stem}__{len(names)}"
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for tensor in (*graph.initializer, *graph.value_info):
        tensor.name = names.get(tensor.name, tensor.name)
    for place, node in enumerate(graph.node):
        node.name = _COUNTED.sub(f"__{place}", node.name)
    first_use = {name: place for place, name in reversed([*enumerate(_values_in_order(graph))])}
    constants = sorted(graph.initializer, key=lambda tensor: first_use.get(tensor.name, -1))
    del graph.initializer[:]
    graph.initializer.extend(constants)
    infos = sorted(graph.value_info, key=lambda info: first_use.get(info.name, -1))
    del graph.value_info[:]
    graph.value_info.extend(infos)


def _values_in_order(graph: Any) -> Iterator[str]:
    """What the nodes read and give, but for the inputs and outputs of the graph."""
    ends = {value.name for value in (*graph.input, *graph.output)}
    for node in graph.node:
        yield from (name for name in (*node.input, *node.output) if name and name not in ends)
