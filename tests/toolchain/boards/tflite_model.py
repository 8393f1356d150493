"""A small int8 model as a .tflite file, written with the schema alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

CLASSES = 10


def write_classifier(path: Path, side: int = 28, seed: int = 0) -> Path:
    """Reshape → dense → softmax over images ``[1, side, side, 1]`` in 0…1."""
    rng = np.random.default_rng(seed)
    pixels = side * side
    weights = rng.integers(-127, 128, (CLASSES, pixels), dtype=np.int8)
    bias = rng.integers(-5000, 5000, CLASSES, dtype=np.int32)
    model = schema.ModelT()
    model.version = 3
    model.description = "a test model"
    model.buffers = [_buffer(None), _buffer(weights), _buffer(bias), _buffer(np.int32([1, pixels]))]
    model.operatorCodes = [
        _code(schema.BuiltinOperator.RESHAPE, 1),
        _code(schema.BuiltinOperator.FULLY_CONNECTED, 4),
        _code(schema.BuiltinOperator.SOFTMAX, 2),
    ]
    int8, int32 = schema.TensorType.INT8, schema.TensorType.INT32
    graph = schema.SubGraphT()
    graph.name = "main"
    graph.tensors = [
        _tensor("image", [1, side, side, 1], int8, 1 / 255, -128),
        _tensor("shape", [2], int32, None, 0, buffer=3),
        _tensor("flat", [1, pixels], int8, 1 / 255, -128),
        _tensor("weights", [CLASSES, pixels], int8, 0.01, 0, buffer=1),
        _tensor("bias", [CLASSES], int32, 0.01 / 255, 0, buffer=2),
        _tensor("logits", [1, CLASSES], int8, 0.2, 3),
        _tensor("classes", [1, CLASSES], int8, 1 / 256, -128),
    ]
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    graph.operators = [
        _operator(0, [0, 1], [2], schema.BuiltinOptions.ReshapeOptions, schema.ReshapeOptionsT()),
        _operator(
            1, [2, 3, 4], [5], schema.BuiltinOptions.FullyConnectedOptions, schema.FullyConnectedOptionsT()
        ),
        _operator(2, [5], [6], schema.BuiltinOptions.SoftmaxOptions, softmax),
    ]
    graph.inputs, graph.outputs = [0], [6]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(builder.Output())
    return path


def _buffer(data: Any) -> Any:
    buffer = schema.BufferT()
    if data is not None:
        buffer.data = np.frombuffer(data.tobytes(), np.uint8)
    return buffer


def _code(builtin: int, version: int) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = builtin
    code.version = version
    return code


def _tensor(
    name: str, shape: list[int], kind: int, scale: float | None, zero_point: int, buffer: int = 0
) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, shape, kind, buffer
    if scale is not None:
        quantization = schema.QuantizationParametersT()
        quantization.scale, quantization.zeroPoint = [scale], [zero_point]
        tensor.quantization = quantization
    return tensor


def _operator(code: int, inputs: list[int], outputs: list[int], kind: int, options: Any) -> Any:
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, outputs
    operator.builtinOptionsType, operator.builtinOptions = kind, options
    return operator
