"""The inside of an `.onnx` file: every float tensor is made an output."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, numpy_helper, shape_inference

from core.compress.quantization_loss.noise import Array, Traced
from core.compress.quantizers.qdq import CUTTING, EXACT
from core.data.samples import FloatArray
from core.models.onnx_export import WEIGHTED

#: Changes of type and of shape add no noise that is not their input's.
_NO_LAYERS = ("QuantizeLinear", "DequantizeLinear", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Flatten")


class OnnxProbe:
    """A float file, or a QDQ file that `core.compress.quantizers.qdq` made of one; see `Probe`."""

    def __init__(self, model: ModelProto) -> None:
        import onnxruntime

        written_by = {node.output[0]: node for node in model.graph.node}
        self.layers: dict[str, Traced] = {}
        kernels: dict[str, str] = {}
        for node in model.graph.node:
            if node.op_type in _NO_LAYERS:
                continue
            # in a QDQ file the values of the integers have the tensor's own name, those before them another
            name = node.output[0].removesuffix(EXACT)
            owner = _layer_of(node, written_by)
            self.layers[name] = Traced(owner.name, owner.op_type)
            if owner.op_type in WEIGHTED:
                kernels[name] = owner.input[1]
        if any(node.op_type == "DequantizeLinear" for node in model.graph.node):
            real = {node.output[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
            self.layers = {name: layer for name, layer in self.layers.items() if name in real}
        probed, kept = _with_outputs(model, list(self.layers))
        self.layers = {name: self.layers[name] for name in kept}
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            probed.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._source = model.graph.input[0].name
        stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        self.kernels = {
            name: stored[kernel] if kernel in stored else _dequantized(written_by[kernel], stored)
            for name, kernel in kernels.items()
            if kernel in stored or kernel in written_by
        }

    def outputs(self, sample: FloatArray) -> dict[str, Array]:
        """See `Probe.outputs`."""
        names = list(self.layers)
        values = self._session.run(names, {self._source: sample[None]})
        return dict(zip(names, values, strict=True))


def _layer_of(node: Any, written_by: dict[str, Any]) -> Any:
    """The node with the kernel, where `node` only cuts off what that one gives."""
    before = written_by.get(node.input[0]) if node.op_type in CUTTING else None
    return before if before is not None and before.op_type in WEIGHTED else node


def _with_outputs(model: ModelProto, names: list[str]) -> tuple[ModelProto, list[str]]:
    """A copy that gives the float tensors among `names`, and which those are."""
    inferred = shape_inference.infer_shapes(model)
    known = {info.name: info for info in (*inferred.graph.value_info, *inferred.graph.output)}
    floats = [
        name
        for name in names
        if name in known and known[name].type.tensor_type.elem_type == TensorProto.FLOAT
    ]
    probed = ModelProto()
    probed.CopyFrom(model)
    del probed.graph.output[:]
    probed.graph.output.extend(known[name] for name in floats)
    return probed, floats


def _dequantized(node: Any, stored: dict[str, Array]) -> Array:
    """The real numbers of the constant that a DequantizeLinear reads."""
    integers, scale, zero = (stored[name].astype(np.float64) for name in node.input)
    axis = next((option.i for option in node.attribute if option.name == "axis"), 0)
    shape = [-1 if n == axis else 1 for n in range(integers.ndim)] if scale.ndim else []
    return np.asarray((integers - zero.reshape(shape)) * scale.reshape(shape))
