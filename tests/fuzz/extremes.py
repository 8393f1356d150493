"""Small whole files that would become very much: each of them once ended a process."""

from __future__ import annotations

import numpy as np
from onnx import FunctionProto, ModelProto, helper

from tests.unit.codegen.onnx_models import OPSET, OnnxModel
from tests.unit.codegen.tflite_models import TfliteModel

_MINE = helper.make_opsetid("mine", 1)


def function(name: str, *called: str) -> FunctionProto:
    """One that calls these one after another, or computes a Relu."""
    names = ["a", *(f"b{n}" for n in range(len(called) - 1)), "b"]
    nodes = [
        helper.make_node(kind, [names[n]], [names[n + 1]], domain="mine") for n, kind in enumerate(called)
    ]
    nodes = nodes or [helper.make_node("Relu", ["a"], ["b"])]
    return helper.make_function("mine", name, ["a"], ["b"], nodes, [helper.make_opsetid("", OPSET), _MINE])


def calling(*functions: FunctionProto) -> ModelProto:
    """A model that calls the first of them."""
    model = OnnxModel((1, 4))
    model.nodes.append(helper.make_node(functions[0].name, ["x"], ["t0"], domain="mine"))
    model.last = "t0"
    proto = model.proto()
    proto.functions.extend(functions)
    proto.opset_import.append(_MINE)
    return proto


def chain(length: int, times: int) -> list[FunctionProto]:
    """Each calls the next one so many times."""
    return [*(function(f"F{n}", *[f"F{n + 1}"] * times) for n in range(length)), function(f"F{length}")]


def growing_constants() -> ModelProto:
    """Each of them is allowed; they are read, and take gigabytes together."""
    model = OnnxModel((1, 4)).add("Concat", "ones", "ones", axis=0)
    model.constant(np.ones(2048, np.float32), "ones")
    for _ in range(10):
        model.add("Concat", model.last, model.last, axis=0)
    for _ in range(400):
        model.add("Neg")
    return model.add("Shape").add("Reshape", "x", model.last).proto()


def _long_onnx() -> ModelProto:
    model = OnnxModel((1, 4)).add("MatMul", "x", "ones")
    model.constant(np.ones((4, 4), np.float32), "ones")
    for n in range(1200):
        model.add("Unsqueeze" if n % 2 == 0 else "Squeeze", model.last, "axis")
    model.constant(np.array([0], np.int64), "axis")
    return model.add("Add", model.last, "ones").proto()


def long_tflite() -> TfliteModel:
    """A dense layer, 1,200 reshapes, and a sum that could become the layer's bias."""
    model = TfliteModel((1, 4))
    weights = model.constant(np.ones((4, 4), np.float32))
    last = model.add("FULLY_CONNECTED", 0, weights, shape=(1, 4), table="FullyConnectedOptions")
    for n in range(1200):
        last = model.add("RESHAPE", last, shape=(1,) * (2 - n % 2) + (4,))
    model.add("ADD", last, model.constant(np.ones(4, np.float32)), shape=(1, 4), table="AddOptions")
    return model


def weights_of_nothing() -> TfliteModel:
    """A convolution whose weights have an axis of 0."""
    model = TfliteModel((1, 8, 8, 4))
    weights = model.tensor("constant_of_nothing", (4, 3, 3, 0), np.float32)
    model.add("CONV_2D", 0, weights, shape=(1, 8, 8, 4), table="Conv2DOptions", strideH=1, strideW=1)
    return model


def _onnx() -> list[bytes]:
    models = (
        calling(*chain(26, 2)),
        calling(*chain(3_000, 1)),
        calling(function("F", "F")),
        growing_constants(),
        _long_onnx(),
    )
    return [model.SerializeToString() for model in models]


def _tflite() -> list[bytes]:
    return [long_tflite().content(), weights_of_nothing().content()]


EXTREMES = {"onnx": _onnx, "tflite": _tflite}
