"""What stands in a `.tflite` file, operator by operator, whether or not the compiler knows them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from codegen.frontends.tflite import layer_name
from core.errors import ThimbleError


@dataclass(frozen=True, slots=True)
class ListedOperator:
    """`op` is the name in the TFLite schema (``CONV_2D``); `output` the shape of its first output."""

    name: str
    op: str
    output: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class TfliteListing:
    """The first subgraph of a file. `numbers` is the element type of its input, in lower case."""

    operators: tuple[ListedOperator, ...]
    input: tuple[int, ...]
    output: tuple[int, ...]
    numbers: str


def list_tflite(path: Path) -> TfliteListing:
    """The operators of a file. Raises ThimbleError ``bad-model`` when it is damaged."""
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(path.read_bytes(), 0))
        graph = model.subgraphs[0]
        operators = tuple(_operator(model, graph, operator, schema) for operator in graph.operators)
        source, result = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
        types = {code: name for name, code in vars(schema.TensorType).items() if isinstance(code, int)}
        return TfliteListing(operators, _shape(source), _shape(result), types[source.type].lower())
    except (struct.error, IndexError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ThimbleError("bad-model", f"{path} is damaged: {error}", "export the model again") from error


def _operator(model: Any, graph: Any, operator: Any, schema: Any) -> ListedOperator:
    code = model.operatorCodes[operator.opcodeIndex]
    builtin = max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    kind = names.get(builtin, f"operator {builtin}")
    output = graph.tensors[operator.outputs[0]]
    constants = [
        graph.tensors[i] for i in operator.inputs if i >= 0 and _is_constant(model, graph.tensors[i])
    ]
    parameters = sum(prod(_shape(tensor)) for tensor in constants)
    return ListedOperator(
        layer_name(output.name.decode("utf-8", "replace"), kind), kind, _shape(output), parameters
    )


def _is_constant(model: Any, tensor: Any) -> bool:
    content = model.buffers[tensor.buffer].data
    return content is not None and len(content) > 0


def _shape(tensor: Any) -> tuple[int, ...]:
    return tuple(int(n) for n in tensor.shape) if tensor.shape is not None else ()
