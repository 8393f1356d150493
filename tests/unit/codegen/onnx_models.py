"""Small ONNX models for the frontend's tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from codegen.frontends import load_graph
from codegen.graph import Graph

OPSET = 18


class OnnxModel:
    """Nodes one after another; weights are random and fixed. Tensors are called ``t0``, ``t1``, …"""

    def __init__(
        self, shape: tuple[int | str, ...], kind: int = TensorProto.FLOAT, opset: int = OPSET
    ) -> None:
        self.nodes: list = []
        self.constants: list = []
        self.opset = opset
        self.input = helper.make_tensor_value_info("x", kind, list(shape))
        self.last = "x"
        self.output_kind = TensorProto.FLOAT
        self._rng = np.random.default_rng(0)

    def constant(self, data: np.ndarray, name: str | None = None) -> str:
        name = name or f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(data), name))
        return name

    def weights(self, *shape: int) -> str:
        return self.constant(self._rng.normal(scale=0.3, size=shape).astype(np.float32))

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def add(self, kind: str, *inputs: str, outputs: int = 1, **attributes: object) -> OnnxModel:
        """Append a node that reads `inputs`, or else what was written last."""
        names = [f"t{len(self.nodes)}", *(f"t{len(self.nodes)}_{n}" for n in range(1, outputs))]
        node = helper.make_node(
            kind, list(inputs or (self.last,)), names, name=f"{kind}{len(self.nodes)}", **attributes
        )
        self.nodes.append(node)
        self.last = names[0]
        return self

    def conv(self, filters: int, channels: int, kernel: int = 3, **attributes: object) -> OnnxModel:
        weights = self.weights(filters, channels // int(attributes.get("group", 1)), kernel, kernel)
        return self.add("Conv", self.last, weights, self.weights(filters), **attributes)

    def gemm(self, units: int, taken: int) -> OnnxModel:
        return self.add("Gemm", self.last, self.weights(units, taken), self.weights(units), transB=1)

    def quantized(self, scale: float, zero: int, dtype: str = "int8") -> OnnxModel:
        """QuantizeLinear and DequantizeLinear."""
        pair = (self.constant(np.float32(scale)), self.constant(np.array(zero, dtype)))
        self.add("QuantizeLinear", self.last, *pair)
        return self.add("DequantizeLinear", self.last, *pair)

    def proto(self):
        output = helper.make_tensor_value_info(self.last, self.output_kind, None)
        graph = helper.make_graph(self.nodes, "model", [self.input], [output], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=10)

    def write(self, folder: Path) -> Path:
        path = folder / "model.onnx"
        path.write_bytes(self.proto().SerializeToString())
        return path

    def graph(self, folder: Path) -> Graph:
        return load_graph(self.write(folder))


def kinds(graph: Graph) -> list[str]:
    return [op.kind for op in graph.ops]
