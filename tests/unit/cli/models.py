"""Small model files made without TensorFlow."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import flatbuffers
import h5py
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_INT8, _INT32 = schema.TensorType.INT8, schema.TensorType.INT32


def write_int8_tflite(path: Path, last: str = "SOFTMAX") -> Path:
    """Four inputs, a dense layer to three, and `last` (any operator of the schema). All int8."""
    model = schema.ModelT()
    model.version = 3
    model.description = b"made for a test"
    weights = np.arange(-6, 6, dtype=np.int8).reshape(3, 4)
    bias = np.array([5, 0, -5], np.int32)
    model.buffers = [_buffer(b""), _buffer(weights.tobytes()), _buffer(bias.tobytes())]
    graph = schema.SubGraphT()
    graph.name = b"main"
    graph.tensors = [
        _tensor("input", (1, 4), _INT8, 0, 0.05, 0),
        _tensor("model/dense/weights", (3, 4), _INT8, 1, 0.02, 0),
        _tensor("model/dense/bias", (3,), _INT32, 2, 0.001, 0),
        _tensor("model/dense/BiasAdd", (1, 3), _INT8, 0, 0.02, 1),
        _tensor("model/last/Softmax", (1, 3), _INT8, 0, 1 / 256, -128),
    ]
    graph.inputs, graph.outputs = [0], [4]
    dense, end = schema.OperatorT(), schema.OperatorT()
    dense.opcodeIndex, dense.inputs, dense.outputs = 0, [0, 1, 2], [3]
    dense.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    dense.builtinOptions = schema.FullyConnectedOptionsT()
    end.opcodeIndex, end.inputs, end.outputs = 1, [3], [4]
    if last == "SOFTMAX":
        end.builtinOptionsType = schema.BuiltinOptions.SoftmaxOptions
        end.builtinOptions = schema.SoftmaxOptionsT()
        end.builtinOptions.beta = 1.0
    graph.operators = [dense, end]
    model.subgraphs = [graph]
    model.operatorCodes = [_code("FULLY_CONNECTED"), _code(last)]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def _buffer(content: bytes) -> schema.BufferT:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(content, np.uint8) if content else None
    return buffer


def _tensor(
    name: str, shape: tuple[int, ...], kind: int, buffer: int, scale: float, zero: int
) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name.encode(), list(shape), kind, buffer
    tensor.quantization = schema.QuantizationParametersT()
    tensor.quantization.scale = [scale]
    tensor.quantization.zeroPoint = [zero]
    return tensor


def _code(name: str) -> schema.OperatorCodeT:
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, name)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    return code


def write_keras(path: Path, layer: str = "Dense") -> Path:
    """A Sequential model of four inputs and one `layer` of three units."""
    layers = [
        {"class_name": "InputLayer", "config": {"name": "input", "batch_shape": [None, 4]}},
        {
            "class_name": layer,
            "config": {"name": "unit", "units": 3, "activation": "linear", "use_bias": True},
        },
    ]
    config = {"class_name": "Sequential", "config": {"name": "tiny", "layers": layers}}
    for entry in [config, *layers]:
        entry.update({"module": "keras", "registered_name": None})
    stored = io.BytesIO()
    with h5py.File(stored, "w") as file:
        group = file.create_group(f"layers/{layer.lower()}/vars")
        group["0"], group["1"] = np.ones((4, 3), np.float32), np.zeros(3, np.float32)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", stored.getvalue())
    return path
