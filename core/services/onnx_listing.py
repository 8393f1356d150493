"""What stands in an `.onnx` file, node by node, whether or not the compiler knows the operators."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codegen.frontends.onnx.model_file import read_model_file


@dataclass(frozen=True, slots=True)
class ListedNode:
    """`op` is ONNX's name (``Conv``)."""

    name: str
    op: str
    parameters: int


@dataclass(frozen=True, slots=True)
class OnnxListing:
    """`input` is the shape of the first input and `numbers` its element type."""

    operators: tuple[ListedNode, ...]
    input: tuple[int, ...] | None
    numbers: str


def list_onnx(path: Path) -> OnnxListing:
    """The nodes of a file. Raises CodegenError where the file itself is what cannot be read."""
    model = read_model_file(path)
    constants = model.constants
    operators = tuple(
        ListedNode(
            node.name, node.kind, sum(int(constants[name].size) for name in node.inputs if name in constants)
        )
        for node in model.nodes
    )
    if not model.inputs:
        return OnnxListing(operators, None, "float32")
    return OnnxListing(operators, model.inputs[0].shape, model.inputs[0].dtype.value)
