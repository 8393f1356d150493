"""Whole models to damage: small, and together with every family of operators."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.fuzz.extremes import calling, chain
from tests.fuzz.tflite_seeds import tflite_seeds
from tests.unit.cli.models import write_int8_tflite
from tests.unit.codegen.onnx_models import OnnxModel


def _tflite() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return tflite_seeds() + [
            write_int8_tflite(Path(folder) / "m.tflite", last).read_bytes() for last in ("SOFTMAX", "TANH")
        ]


def _image() -> OnnxModel:
    model = OnnxModel((1, 3, 8, 8)).conv(4, 3, pads=[1, 1, 1, 1]).add("Relu")
    model.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2]).conv(4, 4, group=4).add(
        "AveragePool", kernel_shape=[2, 2]
    )
    return model.add("Flatten").gemm(5, 4).add("Softmax")


def _moving() -> OnnxModel:
    model = OnnxModel((1, 4, 6, 6)).add("Transpose", perm=[0, 2, 3, 1])
    model.add("Reshape", "t0", model.integers(1, 6, 6, 2, 2)).add("Transpose", perm=[0, 4, 3, 1, 2])
    model.add("Reshape", "t2", model.integers(1, -1, 6, 6)).add("Split", outputs=2, axis=1, num_outputs=2)
    model.add("Concat", "t4", "t4_1", "t4", axis=1).add("Pad", "t5", model.integers(0, 0, 1, 1, 0, 0, 2, 2))
    model.add("Slice", "t6", model.integers(1), model.integers(9), model.integers(3), model.integers(2))
    return model.add("ReduceMean", "t7", model.integers(2, 3)).add("Squeeze", "t8", model.integers(2, 3))


def _resized() -> OnnxModel:
    model = OnnxModel((1, 2, 4, 4))
    empty, scales = (
        model.constant(np.empty(0, np.float32)),
        model.constant(np.array([1, 1, 2, 2], np.float32)),
    )
    model.add("Resize", "x", empty, scales, mode="nearest").add("GlobalAveragePool")
    return (
        model.add("Mul", "t1", model.weights(1, 2, 1, 1))
        .add("Add", "t2", "t1")
        .add("Tanh")
        .add("ArgMax", axis=1)
    )


def _quantized() -> OnnxModel:
    model = OnnxModel((1, 2, 6, 6)).quantized(0.05, 3)
    weights = model.constant(np.arange(-36, 36, dtype=np.int8).reshape(4, 2, 3, 3))
    scales = (model.constant(np.full(4, 0.01, np.float32)), model.constant(np.zeros(4, np.int8)))
    model.add("DequantizeLinear", weights, *scales, axis=0).add("Conv", "t1", "t2").add("Relu")
    return model.quantized(0.1, -128).add("Flatten").quantized(0.1, -128)


def _shapes() -> OnnxModel:
    model = OnnxModel((1, 2, 4, 4)).add("Shape", "x").add("Gather", "t0", model_zero := "zero")
    model.constant(np.array([0], np.int64), model_zero)
    model.constant(np.array([-1], np.int64), "rest")
    model.add("Concat", "t1", "rest", axis=0).add("Relu", "x").add("Reshape", "t3", "t2")
    return (
        model.add("Tile", "t4", model.integers(1, 2))
        .add("ConstantOfShape", model.integers(1, 64))
        .add("Add", "t5", "t6")
    )


def _onnx() -> list[bytes]:
    models = (_image, _moving, _resized, _quantized, _shapes)
    protos = [model().proto() for model in models]
    return [proto.SerializeToString() for proto in (*protos, calling(*chain(4, 2)))]


SEEDS: dict[str, Callable[[], list[bytes]]] = {"tflite": _tflite, "onnx": _onnx}
