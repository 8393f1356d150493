"""TFLite flatbuffers to Graph.

Reads the first subgraph. Only the operators in `_READERS` are understood; any other is named with its
layer. Format: the TFLite schema (schema_v3c.fbs), through the generated classes of ai-edge-litert.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.frontends.padding import same_padding
from codegen.graph import (
    Activation,
    Conv2D,
    Dense,
    DType,
    Graph,
    MaxPool2D,
    Op,
    Padding,
    Quantization,
    Reshape,
    Softmax,
    Tensor,
    verify,
)

_IDENTIFIER = b"TFL3"
_SAME = 0  # schema: enum Padding { SAME, VALID }
_DTYPES = {0: DType.FLOAT32, 2: DType.INT32, 3: DType.UINT8, 9: DType.INT8}
_ACTIVATIONS = {0: Activation.NONE, 1: Activation.RELU, 3: Activation.RELU6}


def read(path: Path) -> Graph:
    """The network in a `.tflite` file. Raises CodegenError ``broken-file`` or ``unsupported-operator``."""
    content = path.read_bytes()
    if content[4:8] != _IDENTIFIER:
        raise CodegenError(
            "broken-file", f"{path.name} is not a TFLite model", "export it again, or pick another"
        )
    try:
        model = _unpack(content)
        return _Reader(model, path.stem).graph()
    except (struct.error, IndexError, ValueError, TypeError, AttributeError) as error:
        raise CodegenError(
            "broken-file", f"{path.name} is damaged: {error}", "export the model again, or copy it once more"
        ) from error


def _unpack(content: bytes) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))


def _operator_names() -> dict[int, str]:
    from ai_edge_litert import schema_py_generated as schema

    return {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}


class _Reader:
    """Walks one unpacked model; holds what the operators' readers need."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._subgraph = model.subgraphs[0]
        self._name = name
        self._names = [f"t{i}" for i in range(len(self._subgraph.tensors))]
        self._taken: dict[str, int] = {}

    def graph(self) -> Graph:
        tensors = [self._tensor(i) for i in range(len(self._subgraph.tensors))]
        ops = tuple(self._op(operator, tensors) for operator in self._subgraph.operators)
        graph = Graph(
            name=self._name,
            tensors={t.name: t for t in tensors},
            ops=ops,
            inputs=tuple(self._names[i] for i in self._subgraph.inputs),
            outputs=tuple(self._names[i] for i in self._subgraph.outputs),
        ).pruned()
        return verify(graph)

    def _tensor(self, index: int) -> Tensor:
        raw = self._subgraph.tensors[index]
        label = _text(raw.name)
        if raw.type not in _DTYPES:
            raise CodegenError(
                "unsupported-type",
                f"the tensor {label!r} has a type that the compiler does not know (TFLite type {raw.type})",
                "convert the model to full int8",
            )
        dtype = _DTYPES[raw.type]
        shape = tuple(int(n) for n in raw.shape) if raw.shape is not None else ()
        content = self._model.buffers[raw.buffer].data
        data = None
        if content is not None and len(content):
            data = np.frombuffer(bytes(content), dtype=dtype.numpy).reshape(shape)
        return Tensor(self._names[index], shape, dtype, _quantization(raw.quantization), data)

    def _op(self, operator: Any, tensors: list[Tensor]) -> Op:
        code = self._model.operatorCodes[operator.opcodeIndex]
        builtin = max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
        kind = _operator_names().get(builtin, str(builtin))
        output = self._subgraph.tensors[operator.outputs[0]]
        layer = self._unique(layer_name(_text(output.name), kind))
        reader = _READERS.get(kind)
        if reader is None:
            raise CodegenError(
                "unsupported-operator",
                f"layer {layer!r} is a {kind}, which the compiler does not support yet",
                f"replace the layer; supported are {', '.join(sorted(_READERS))}",
            )
        inputs = [tensors[i] for i in operator.inputs if i >= 0]
        outputs = [tensors[i] for i in operator.outputs]
        return reader(layer, operator.builtinOptions, inputs, outputs)

    def _unique(self, name: str) -> str:
        count = self._taken.get(name, 0)
        self._taken[name] = count + 1
        return name if count == 0 else f"{name}_{count + 1}"


def layer_name(tensor_name: str, kind: str) -> str:
    """The Keras layer that a TFLite tensor came from: ``model/conv2d/Relu;…`` is ``conv2d``."""
    parts = tensor_name.split(";", maxsplit=1)[0].split("/")
    return parts[-2] if len(parts) >= 2 else kind.lower()


def _text(name: Any) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _quantization(raw: Any) -> Quantization | None:
    if raw is None or raw.scale is None or len(raw.scale) == 0:
        return None
    scale = tuple(float(s) for s in raw.scale)
    zero = tuple(int(z) for z in raw.zeroPoint) if raw.zeroPoint is not None else (0,) * len(scale)
    return Quantization(scale, zero, int(raw.quantizedDimension) if len(scale) > 1 else None)


def _activation(layer: str, code: int) -> Activation:
    if code not in _ACTIVATIONS:
        raise CodegenError(
            "unsupported-operator",
            f"layer {layer!r} has a fused activation that the compiler does not support yet (TFLite {code})",
            "use ReLU or ReLU6",
        )
    return _ACTIVATIONS[code]


def _names(tensors: list[Tensor]) -> tuple[str, ...]:
    return tuple(t.name for t in tensors)


def _padding(
    mode: int,
    image: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
) -> Padding:
    """`image` is the input's NHWC shape."""
    return same_padding((image[1], image[2]), kernel, stride, dilation) if mode == _SAME else Padding()


def _conv2d(layer: str, options: Any, inputs: list[Tensor], outputs: list[Tensor]) -> Op:
    kernel = (inputs[1].shape[1], inputs[1].shape[2])
    stride = (options.strideH, options.strideW)
    dilation = (options.dilationHFactor, options.dilationWFactor)
    if inputs[0].shape[3] != inputs[1].shape[3]:
        raise CodegenError(
            "unsupported-operator",
            f"layer {layer!r} is a convolution in groups, which the compiler does not support yet",
            "use groups=1",
        )
    padding = _padding(options.padding, inputs[0].shape, kernel, stride, dilation)
    activation = _activation(layer, options.fusedActivationFunction)
    return Conv2D(layer, _names(inputs), _names(outputs), stride, dilation, padding, activation)


def _dense(layer: str, options: Any, inputs: list[Tensor], outputs: list[Tensor]) -> Op:
    return Dense(layer, _names(inputs), _names(outputs), _activation(layer, options.fusedActivationFunction))


def _max_pool(layer: str, options: Any, inputs: list[Tensor], outputs: list[Tensor]) -> Op:
    pool = (options.filterHeight, options.filterWidth)
    stride = (options.strideH, options.strideW)
    padding = _padding(options.padding, inputs[0].shape, pool, stride)
    activation = _activation(layer, options.fusedActivationFunction)
    return MaxPool2D(layer, _names(inputs), _names(outputs), pool, stride, padding, activation)


def _softmax(layer: str, options: Any, inputs: list[Tensor], outputs: list[Tensor]) -> Op:
    return Softmax(layer, _names(inputs), _names(outputs), float(options.beta))


def _reshape(layer: str, options: Any, inputs: list[Tensor], outputs: list[Tensor]) -> Op:
    # The target shape is in the output tensor already; the second input only repeats it.
    return Reshape(layer, _names(inputs[:1]), _names(outputs))


_READERS: dict[str, Callable[[str, Any, list[Tensor], list[Tensor]], Op]] = {
    "CONV_2D": _conv2d,
    "FULLY_CONNECTED": _dense,
    "MAX_POOL_2D": _max_pool,
    "SOFTMAX": _softmax,
    "RESHAPE": _reshape,
}
