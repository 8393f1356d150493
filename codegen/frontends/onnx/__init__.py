"""ONNX files to Graph: float, and quantized with QuantizeLinear and DequantizeLinear.

ONNX is NCHW, the Graph NHWC: weights are turned, axes counted anew, and a Transpose in the file is only
remembered, until an operator needs the bytes in another order. Format: onnx.proto of the installed onnx;
operators as its operator schemas say (Operators.md).
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from codegen.errors import CodegenError, all_of
from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.ends import Output, add_inputs, finish_output, named_as_in_file
from codegen.frontends.onnx.folding import FOLDED, folded
from codegen.frontends.onnx.model_file import read_model_file
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators import READERS
from codegen.frontends.onnx.qdq import fuse_quantized
from codegen.frontends.onnx.value import Constant, Value, identity
from codegen.graph import Graph, verify
from codegen.passes.drop_unused import drop_unused


def read(path: Path) -> Graph:
    """The network in an `.onnx` file.

    Raises CodegenError ``broken-file``, ``broken-graph``, ``unsupported-operator``, ``unsupported-model`` or
    ``unsupported-type``; and what Python raises where the parts of a file contradict each other.
    """
    model = read_model_file(path)
    nodes = _read_by_somebody(model.nodes, model.outputs)
    _check_operators(nodes)
    builder = Builder()
    builder.values.update({name: Constant(data) for name, data in model.constants.items()})
    file_axes = add_inputs(builder, nodes, model.inputs)
    for node in nodes:
        _read_node(builder, node)
    outputs = tuple(finish_output(builder, name) for name in model.outputs)
    file_axes.update({o.tensor: o.order for o in outputs if o.order != identity(len(o.order))})
    inputs = tuple(end.name for end in model.inputs)
    return _finished(
        Graph(
            path.stem,
            builder.tensors,
            tuple(builder.ops),
            inputs,
            tuple(o.tensor for o in outputs),
            file_axes,
        ),
        outputs,
    )


def _read_by_somebody(nodes: tuple[Node, ...], outputs: tuple[str, ...]) -> tuple[Node, ...]:
    """The nodes that lead to an output."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if not wanted.isdisjoint(node.outputs):
            wanted.update(node.inputs)
            kept.append(node)
    return tuple(reversed(kept))


def _check_operators(nodes: tuple[Node, ...]) -> None:
    """All that are not known are told of at once."""
    unknown = [node for node in nodes if node.kind not in READERS and node.kind not in FOLDED]
    if unknown:
        raise all_of([_unknown(node) for node in unknown])


def _unknown(node: Node) -> CodegenError:
    return node.refusal(
        "is an operator that the compiler does not support",
        f"replace the layer{_similar(node.kind)}; docs/operators.md lists all that are supported",
    )


def _read_node(builder: Builder, node: Node) -> None:
    known = folded(builder, node)
    values: Value | tuple[Value, ...]
    if known is not None:
        values = known
    elif node.kind in READERS:
        values = READERS[node.kind](builder, node)
    else:
        raise node.refusal(
            "is computed of constants alone, and here of something else",
            "export the model with fixed shapes, or fold its constants with onnxsim",
        )
    results = values if isinstance(values, tuple) else (values,)
    for name, value in zip(node.outputs, results, strict=False):
        if name in builder.values:
            raise node.broken(f"writes {name!r}, which is there already")
        if name:
            builder.values[name] = value


def _similar(kind: str) -> str:
    """Words on supported operators with a name like this."""
    names = get_close_matches(kind, READERS)
    return f", perhaps by {' or '.join(names)}" if names else ""


def _finished(graph: Graph, outputs: tuple[Output, ...]) -> Graph:
    """Without what nobody reads, quantized operators fused, and the notes on float constants gone."""
    graph = fuse_quantized(verify(drop_unused(graph)))
    graph = drop_unused(graph)
    tensors = {
        name: replace(t, quantization=None) if t.is_constant and t.dtype.value == "float32" else t
        for name, t in graph.tensors.items()
    }
    return verify(named_as_in_file(replace(graph, tensors=tensors), outputs))
