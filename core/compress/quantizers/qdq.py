"""A float ONNX model in integers: QuantizeLinear and DequantizeLinear around its operators (QDQ), uint8.

Input and output stay floating point; everything between them is computed from uint8. For worker processes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from core.compress.quantizers.affine import MIDDLE, Affine, Array, affine, affine_weights, quantized
from core.compress.quantizers.ranges import measured_ranges
from core.data.dataset import FloatArray

#: The axis of a kernel's outputs. ONNX Runtime's optimizer never transposes the kernel of a Gemm.
_OUTPUT_AXIS = {"Conv": 0, "Gemm": 1, "MatMul": 1}
#: Behind the name of a result before it is quantized.
EXACT = "/exact"
_KERNEL, _BIAS = 1, 2
_NO_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType({})
#: Their results are elements of their input, in its scale.
_MOVING = ("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity", "MaxPool", "Slice", "Split")
#: They cut off a part of what the operator before them gives; only what they leave is quantized.
CUTTING = ("Relu", "Clip")
#: Whose constants are numbers to compute with, not options.
_ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Min", "Max", "PRelu")


def _known(scale: float, zero_point: int) -> Affine:
    return Affine(np.asarray(scale, np.float32), np.asarray(zero_point, np.uint8))


#: Results whose range is known without samples: the scales in which TFLite's kernels compute them.
_FIXED = {
    "Softmax": _known(1 / 256, 0),
    "Sigmoid": _known(1 / 256, 0),
    "Tanh": _known(1 / 128, MIDDLE),
    "LogSoftmax": _known(16 / 256, 255),
}


def to_qdq(
    model: ModelProto,
    samples: Iterable[FloatArray],
    per_channel: bool = True,
    trained: Mapping[str, tuple[float, float]] = _NO_RANGES,
) -> ModelProto:
    """The model with uint8 activations and weights, and int32 biases.

    `samples`, without a batch axis, give the ranges of the activations but for those of tensors in `trained`;
    what iterating over them raises ends the work. The weights have a scale for each output channel, or one
    for the whole tensor. Raises ThimbleError ``not-a-number``.
    """
    source = model.graph.input[0].name
    ranges = measured_ranges(model, [source, *results_to_quantize(model)], samples) | dict(trained)
    scales = {name: affine(low, high) for name, (low, high) in ranges.items()}
    for node in model.graph.node:
        if node.op_type in _FIXED:
            scales[node.output[0]] = _FIXED[node.op_type]
    return _Writer(model, per_channel, scales).run()


def results_to_quantize(model: ModelProto) -> list[str]:
    """The results of operators, without those that are elements of another tensor, or are cut off."""
    readers = Counter(name for node in model.graph.node for name in node.input)
    readers.update(output.name for output in model.graph.output)
    cut = {
        node.input[0] for node in model.graph.node if node.op_type in CUTTING and readers[node.input[0]] == 1
    }
    return [
        name
        for node in model.graph.node
        if node.op_type not in _MOVING and node.op_type not in _FIXED
        for name in node.output
        if name not in cut
    ]


@dataclass(slots=True)
class _Writer:
    """Copies the nodes in order. Each tensor in `scales` is quantized and made real again under its own name
    where it is written, so that whoever reads it needs no change; `scales` grows by the tensors that share
    one. The input cannot change its name: `real` says what is read for it, and for constants."""

    model: ModelProto
    per_channel: bool
    scales: dict[str, Affine]
    constants: dict[str, Array] = field(default_factory=dict)
    real: dict[str, str] = field(default_factory=dict)
    nodes: list[NodeProto] = field(default_factory=list)
    stored: dict[str, TensorProto] = field(default_factory=dict)

    def run(self) -> ModelProto:
        graph = self.model.graph
        self.constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        source = graph.input[0].name
        self.real[source] = f"{source}/real"
        self._round_trip(source, source, self.real[source], self.scales[source])
        for node in graph.node:
            self._node(node)
        written = ModelProto()
        written.CopyFrom(self.model)
        for part in ("node", "initializer", "value_info"):
            written.graph.ClearField(part)
        written.graph.node.extend(self.nodes)
        read = {name for node in self.nodes for name in node.input}
        self.stored |= {tensor.name: tensor for tensor in graph.initializer}
        written.graph.initializer.extend(tensor for name, tensor in self.stored.items() if name in read)
        return written

    def _node(self, node: NodeProto) -> None:
        made = NodeProto()
        made.CopyFrom(node)
        made.input[:] = [self._input(node, place) for place in range(len(node.input))]
        self.nodes.append(made)
        for place, name in enumerate(node.output):
            if node.op_type in _MOVING and node.input[0] in self.scales:
                self.scales[name] = self.scales[node.input[0]]
            elif name in self.scales:
                made.output[place] = f"{name}{EXACT}"
                self._round_trip(node.name, made.output[place], name, self.scales[name])

    def _input(self, node: NodeProto, place: int) -> str:
        name: str = node.input[place]
        data = self.constants.get(name)
        if name not in self.real and data is not None and data.dtype == np.float32:
            axis = _OUTPUT_AXIS.get(node.op_type)
            if axis is not None and place == _KERNEL:
                self._weights(name, data, axis if self.per_channel else None)
            elif axis is not None and place == _BIAS and node.input[0] in self.scales:
                self._bias(name, data, self.scales[node.input[0]], self.scales[node.input[_KERNEL]])
            elif node.op_type in _ARITHMETIC:
                by = affine(float(data.min()), float(data.max()))
                self._constant(name, quantized(data, by), by)
        return self.real.get(name, name)

    def _weights(self, name: str, data: Array, axis: int | None) -> None:
        by = affine_weights(data, axis)
        self.scales[name] = by
        self._constant(name, quantized(data, by, axis), by, axis)

    def _bias(self, name: str, data: Array, source: Affine, weights: Affine) -> None:
        """In steps of the products, so that it is added to their sums as it is."""
        step = np.asarray(source.scale * weights.scale, np.float32)
        limits = np.iinfo(np.int32)
        steps = np.clip(np.rint(data.astype(np.float64) / step), limits.min, limits.max).astype(np.int32)
        self._constant(name, steps, Affine(step, np.zeros(step.shape, np.int32)), 0)

    def _constant(self, name: str, integers: Array, by: Affine, axis: int | None = None) -> None:
        self.real[name] = f"{name}/real"
        self._store(f"{name}/integers", integers)
        self._dequantize(name, f"{name}/integers", self.real[name], self._pair(name, by), axis)

    def _round_trip(self, layer: str, exact: str, real: str, by: Affine) -> None:
        """`exact` becomes integers, and they become `real`."""
        pair, integers = self._pair(real, by), f"{real}/integers"
        name = f"{layer}/QuantizeLinear"
        self.nodes.append(helper.make_node("QuantizeLinear", [exact, *pair], [integers], name=name))
        self._dequantize(layer, integers, real, pair)

    def _dequantize(
        self, layer: str, integers: str, real: str, pair: list[str], axis: int | None = None
    ) -> None:
        options = {} if axis is None else {"axis": axis}
        name = f"{layer}/DequantizeLinear"
        self.nodes.append(
            helper.make_node("DequantizeLinear", [integers, *pair], [real], name=name, **options)
        )

    def _pair(self, name: str, by: Affine) -> list[str]:
        names = [f"{name}/scale", f"{name}/zero_point"]
        for part, data in zip(names, (by.scale, by.zero_point), strict=True):
            self._store(part, data)
        return names

    def _store(self, name: str, data: Array) -> None:
        self.stored[name] = numpy_helper.from_array(np.asarray(data), name)
