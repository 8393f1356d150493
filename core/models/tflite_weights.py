"""The weights inside a `.tflite` file, read with the flatbuffer schema: no interpreter, no TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from codegen.frontends.tflite.naming import layer_name, text
from core.errors import ThimbleError
from core.models.stored_layers import Array, StoredLayer


def read_tflite_weights(path: str | Path) -> tuple[StoredLayer, ...]:
    """The layers with weights (convolutions and dense layers) in the order in which they run.

    Raises ThimbleError ``missing-file`` or ``bad-model``.
    """
    from ai_edge_litert import schema_py_generated as schema

    data = read_tflite_bytes(path)
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    file = _File(model, {})
    layers = []
    for op in model.subgraphs[0].operators:
        kind = names[codes[op.opcodeIndex]]
        if kind == "DEQUANTIZE":  # float16 weights are made float first
            file.made_from[op.outputs[0]] = op.inputs[0]
        elif kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            kernel = file.constant(op.inputs[1])
            bias = file.constant(op.inputs[2]) if len(op.inputs) > 2 else None
            if kernel is not None:
                window_positions = prod(file.shape(op.outputs[0])[1:-1])
                macs = kernel.size * window_positions
                name = layer_name(file.name(op.outputs[0]), kind)
                layers.append(StoredLayer(name, kernel, np.zeros(0) if bias is None else bias, macs))
    return tuple(layers)


def read_tflite_bytes(path: str | Path) -> bytes:
    """The bytes of a TFLite file. Raises ThimbleError ``missing-file`` or ``bad-model``."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise ThimbleError("missing-file", f"there is no model {path}", "check the path") from None
    except OSError as error:
        raise ThimbleError(
            "bad-model", f"{path} cannot be read ({error.strerror})", "check the path"
        ) from error
    if data[4:8] != b"TFL3":
        raise ThimbleError("bad-model", f"{path} is not a TFLite model", "convert the model again")
    return data


#: Element types of the schema that weights are stored in, by their numbers there.
_TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 9: np.int8, 3: np.uint8, 4: np.int64, 7: np.int16}


@dataclass(frozen=True, slots=True)
class _File:
    """An unpacked file, and which tensor a dequantized one was made from."""

    model: Any
    made_from: dict[int, int]

    def shape(self, number: int) -> tuple[int, ...]:
        return tuple(int(n) for n in self.model.subgraphs[0].tensors[number].shape)

    def name(self, number: int) -> str:
        return text(self.model.subgraphs[0].tensors[number].name)

    def constant(self, number: int) -> Array | None:
        if number < 0:
            return None
        tensor = self.model.subgraphs[0].tensors[self.made_from.get(number, number)]
        data = self.model.buffers[tensor.buffer].data
        if data is None or tensor.type not in _TYPES:
            return None
        raw = np.asarray(data, np.uint8).tobytes()
        return np.frombuffer(raw, _TYPES[tensor.type]).reshape(tuple(tensor.shape))
