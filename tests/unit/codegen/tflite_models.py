"""Small TFLite models, built operator by operator without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int16): schema.TensorType.INT16,
}
Scale = tuple[float, int]


class TfliteModel:
    """A model whose input is tensor 0; `add` gives the number of the output of a new operator."""

    def __init__(self, shape: tuple[int, ...], dtype: Any = np.float32, scale: Scale | None = None) -> None:
        self._model = schema.ModelT()
        self._model.version, self._model.operatorCodes = 3, []
        self._model.buffers = [schema.BufferT()]
        self._graph = schema.SubGraphT()
        self._graph.name, self._graph.tensors, self._graph.operators = b"main", [], []
        self._dtype, self._scale = np.dtype(dtype), scale
        self.tensor("input", shape, self._dtype, scale)

    def tensor(
        self, name: str, shape: tuple[int, ...], dtype: Any, scale: Scale | None = None, buffer: int = 0
    ) -> int:
        """A new tensor's number."""
        made = schema.TensorT()
        made.name, made.shape, made.type = name.encode(), list(shape), _TYPES[np.dtype(dtype)]
        made.buffer = buffer
        if scale is not None:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale, made.quantization.zeroPoint = [scale[0]], [scale[1]]
        self._graph.tensors.append(made)
        return len(self._graph.tensors) - 1

    def constant(self, data: np.ndarray, scale: Scale | None = None) -> int:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(data.tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        return self.tensor("constant", data.shape, data.dtype, scale, len(self._model.buffers) - 1)

    def integers(self, *values: int) -> int:
        return self.constant(np.array(values, np.int32))

    def sparse(self, shape: tuple[int, ...], values: np.ndarray, parameters: Any, scale: Scale | None) -> int:
        """A constant that is stored sparse."""
        number = self.constant(values, scale)
        self._graph.tensors[number].shape, self._graph.tensors[number].sparsity = list(shape), parameters
        return number

    def add(self, kind: str, *inputs: int, shape: tuple[int, ...], **options: Any) -> int:
        """An operator of the schema; `options`: its options `table`, its options, the name of its `layer`."""
        return self.add_all(kind, *inputs, shapes=[shape], **options)[0]

    def add_all(self, kind: str, *inputs: int, shapes: list[tuple[int, ...]], **options: Any) -> list[int]:
        """An operator with several outputs."""
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs = len(self._model.operatorCodes), list(inputs)
        layer = options.pop("layer", f"layer_{len(self._graph.operators)}")
        table = options.pop("table", None)
        if table is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            operator.builtinOptions = getattr(schema, f"{table}T")()
            for name, value in options.items():
                setattr(operator.builtinOptions, name, value)
        name = f"model/{layer}/{kind}"
        outputs = [self.tensor(name, shape, self._dtype, self._scale) for shape in shapes]
        operator.outputs = outputs
        self._model.operatorCodes.append(code)
        self._graph.operators.append(operator)
        return outputs

    def content(self, *outputs: int) -> bytes:
        """The file, with these outputs, or the last tensor."""
        self._graph.inputs = [0]
        self._graph.outputs = list(outputs) or [len(self._graph.tensors) - 1]
        self._model.subgraphs = [self._graph]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def write(self, path: Path, *outputs: int) -> Path:
        path.write_bytes(self.content(*outputs))
        return path
