"""Operators between DequantizeLinear and QuantizeLinear become operators on int8.

What moves elements computes on the integers as they are; what joins several inputs gets them in the scale
of its output; the others take any scales. An operator that is not followed by a QuantizeLinear, or whose
weights have no integers, stays float.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from codegen.errors import CodegenError
from codegen.frontends.onnx.asymmetric import CONVOLVED, convolved
from codegen.frontends.onnx.channel_scales import depthwise
from codegen.graph import (
    Abs,
    Add,
    ArgMax,
    AveragePool2D,
    BatchNorm,
    Clip,
    Concat,
    Conv2D,
    ConvTranspose2D,
    Dense,
    DepthwiseConv2D,
    Dequantize,
    Div,
    DType,
    Elu,
    Exp,
    Gelu,
    Graph,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    Log,
    LogSoftmax,
    MatMul,
    Maximum,
    MaxPool2D,
    Mean,
    Minimum,
    Mul,
    Neg,
    Op,
    Pad,
    PRelu,
    Quantization,
    Quantize,
    ReduceMax,
    ReduceMin,
    ReduceSum,
    Relu,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    Rounding,
    Sigmoid,
    Silu,
    Slice,
    Softmax,
    Split,
    Sqrt,
    Sub,
    Take,
    Tanh,
    Tensor,
    Transpose,
    verify,
)
from codegen.passes import FLOAT_FOLDS

_LARGEST_SYMMETRIC = 127
#: Their results are some of their inputs' elements, so that the integers stay what they are.
_MOVING = (Reshape, Transpose, Slice, Split, Pad, Take, MaxPool2D, ReduceMax, ReduceMin, ResizeNearest)
#: Their kernels compute in the scale of the input.
_SAME_SCALE = (ResizeBilinear, AveragePool2D)
#: Several inputs, all in the scale of the output. Rounding is monotone, so that nothing is lost.
_JOINING = (Concat, Minimum, Maximum)
#: Their kernels take any scales.
_FREE = (
    Conv2D, DepthwiseConv2D, ConvTranspose2D, Dense, MatMul, Add, Sub, Mul, Div, Mean, ReduceSum, PRelu,
    Relu, LeakyRelu, Elu, HardSigmoid, HardSwish, Silu, Gelu, Exp, Log, Sqrt, Abs, Neg, Clip,
)  # fmt: skip
#: The only scale of their int8 output, as in TFLite.
_FIXED = {
    Softmax: Quantization((1 / 256,), (-128,)),
    LogSoftmax: Quantization((16 / 256,), (127,)),
    Sigmoid: Quantization((1 / 256,), (-128,)),
    Tanh: Quantization((1 / 128,), (0,)),
}


def fuse_quantized(graph: Graph) -> Graph:
    """The graph with int8 operators wherever the file's QuantizeLinear and DequantizeLinear allow them."""
    if not any(isinstance(op, Dequantize) for op in graph.ops):
        return graph
    for fold in FLOAT_FOLDS:
        graph = verify(fold(graph).pruned())
    return _Fusion(graph, dict(graph.tensors)).run()


def _rounding_once(op: Op) -> Op:
    """QuantizeLinear rounds the exact sum, so a convolution before it must round no more often."""
    return replace(op, rounding=Rounding.ONCE) if isinstance(op, Conv2D | DepthwiseConv2D) else op


@dataclass(slots=True)
class _Fusion:
    """Walks the operators once. `integers` names, for a float tensor, the int8 tensor that it was made of;
    `same` an earlier tensor of the same integers."""

    graph: Graph
    tensors: dict[str, Tensor]
    ops: list[Op] = field(default_factory=list)
    integers: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)

    def run(self) -> Graph:
        for given in self.graph.ops:
            op = replace(given, inputs=tuple(self.same.get(name, name) for name in given.inputs))
            if not self._fused(op):
                self.ops.append(op)
        return replace(self.graph, tensors=self.tensors, ops=tuple(self.ops))

    def _fused(self, op: Op) -> bool:
        """Whether the operator has been replaced."""
        if isinstance(op, Dequantize):
            self.integers[op.outputs[0]] = op.inputs[0]
            return False
        if isinstance(op, Quantize):
            return self._quantize(op)
        computed = [name for name in op.inputs if not self.tensors[name].is_constant]
        if not all(name in self.integers for name in computed):
            return False
        if isinstance(op, (*_MOVING, ArgMax)):
            return self._moved(op)
        quantized = self._sole_quantize(op)
        if quantized is None:
            return False
        if isinstance(op, _JOINING):
            return self._joined(op, quantized)
        if isinstance(op, BatchNorm):
            return self._normalized(op, quantized)
        if isinstance(op, _SAME_SCALE) or type(op) in _FIXED:
            return self._then_requantized(op, quantized)
        return isinstance(op, _FREE) and self._free(op, quantized)

    def _quantize(self, op: Quantize) -> bool:
        """Already written by the operator before it, or a change of scale of integers."""
        if op.outputs[0] in self.written:
            return True
        source, result = self.integers.get(op.inputs[0]), op.outputs[0]
        if source is None:
            return False
        equal = self.tensors[source].quantization == self.tensors[result].quantization
        if (
            equal
            and self.tensors[source].dtype is self.tensors[result].dtype
            and result not in self.graph.outputs
        ):
            self.same[result] = source
        else:
            self.ops.append(replace(op, inputs=(source,)))
        return True

    def _sole_quantize(self, op: Op) -> Quantize | None:
        """The one Quantize that alone reads the operator's float output."""
        readers = self.graph.consumers(op.outputs[0])
        if len(op.outputs) != 1 or len(readers) != 1 or op.outputs[0] in self.graph.outputs:
            return None
        return readers[0] if isinstance(readers[0], Quantize) else None

    def _scale(self, name: str) -> Quantization:
        quantization = self.tensors[name].quantization
        if quantization is None:
            raise CodegenError("broken-graph", f"the integers {name!r} have no scale")
        return quantization

    def _new(self, name: str, like: Tensor, quantization: Quantization) -> str:
        while name in self.tensors:
            name += "_"
        self.tensors[name] = Tensor(name, like.shape, DType.INT8, quantization)
        return name

    def _int8_inputs(self, op: Op) -> tuple[str, ...]:
        return tuple(self.integers.get(name, name) for name in op.inputs)

    def _moved(self, op: Op) -> bool:
        """On the integers, and a Dequantize after it for whoever still reads the float result."""
        source = self.integers[op.inputs[0]]
        if isinstance(op, ArgMax):
            self.ops.append(replace(op, inputs=(source,)))
            return True
        scale = self._scale(source)
        if self.tensors[source].dtype is not DType.INT8 or self._fills(op, scale):
            return False
        outputs = tuple(self._new(f"{name}_int8", self.tensors[name], scale) for name in op.outputs)
        self.ops.append(replace(op, inputs=(source, *op.inputs[1:]), outputs=outputs))
        for real, integer in zip(op.outputs, outputs, strict=True):
            self.ops.append(Dequantize(f"{op.name}_real_{len(self.ops)}", (integer,), (real,)))
            self.integers[real] = integer
        return True

    def _fills(self, op: Op, scale: Quantization) -> bool:
        """Whether the operator writes zeros between the elements, where the integer 0 stands for another."""
        places = self.tensors[op.inputs[1]].data if isinstance(op, Take) else None
        return places is not None and any(scale.zero_point) and bool((places < 0).any())

    def _joined(self, op: Op, quantized: Quantize) -> bool:
        wanted = self._scale(quantized.outputs[0])
        inputs: list[str] = []
        for name in op.inputs:
            source = self.integers.get(name) or self._integer_constant(name, wanted)
            if self._scale(source) != wanted:
                moved = self._new(f"{source}_rescaled", self.tensors[name], wanted)
                self.ops.append(Quantize(f"{op.name}_rescale_{len(inputs)}", (source,), (moved,)))
                source = moved
            inputs.append(source)
        return self._write(op, tuple(inputs), quantized)

    def _integer_constant(self, name: str, wanted: Quantization) -> str:
        """A float constant in the scale of the output."""
        tensor = self.tensors[name]
        data = np.zeros(tensor.shape, np.float32) if tensor.data is None else tensor.data
        steps = np.clip(np.rint(data / wanted.scale[0]) + wanted.zero_point[0], -128, 127)
        new = self._new(f"{name}_int8", tensor, wanted)
        self.tensors[new] = replace(self.tensors[new], data=steps.astype(np.int8))
        return new

    def _then_requantized(self, op: Op, quantized: Quantize) -> bool:
        """In the only scale that the kernel has, and then in the one that the file wants."""
        source = self.integers[op.inputs[0]]
        own = _FIXED.get(type(op)) or self._scale(source)
        if isinstance(op, AveragePool2D) and (op.counts_padding or own != self._scale(quantized.outputs[0])):
            return self._summed(op, source, quantized)
        if own == self._scale(quantized.outputs[0]):
            return self._write(op, (source,), quantized)
        between = self._new(f"{op.outputs[0]}_int8", self.tensors[op.outputs[0]], own)
        self.ops.append(replace(op, inputs=(source,), outputs=(between,)))
        self.ops.append(replace(quantized, inputs=(between,)))
        self.written.add(quantized.outputs[0])
        return True

    def _summed(self, op: AveragePool2D, source: str, quantized: Quantize) -> bool:
        """A mean that changes the scale, as a depthwise convolution with ones: it rounds only once."""
        padded = max(op.padding.top, op.padding.bottom, op.padding.left, op.padding.right) > 0
        if padded and not op.counts_padding:
            return False
        channels, (height, width) = self.tensors[source].shape[-1], op.pool
        name = self._new(
            f"{op.name}_ones",
            Tensor("", (1, height, width, channels), DType.INT8),
            Quantization((1 / (height * width),), (0,)),
        )
        ones = np.ones((1, height, width, channels), np.int8)
        self.tensors[name] = replace(self.tensors[name], data=ones)
        mean = DepthwiseConv2D(
            op.name, (source, name), op.outputs, op.stride, (1, 1), op.padding, op.activation, Rounding.ONCE
        )
        return self._write(mean, (source, name), quantized)

    def _normalized(self, op: BatchNorm, quantized: Quantize) -> bool:
        """Images only; a network has few others that no layer before them has taken in."""
        source, *given = (self.tensors[name] for name in self._int8_inputs(op))
        constants = [tensor.data for tensor in given if tensor.data is not None]
        if len(source.shape) != 4 or len(constants) != len(given):
            return False
        made, tensors = depthwise(op, source, constants)
        self.tensors.update({tensor.name: tensor for tensor in tensors})
        return self._write(made, made.inputs, quantized)

    def _free(self, op: Op, quantized: Quantize) -> bool:
        inputs = self._int8_inputs(op)
        if op.weight_axis is not None:
            return self._weighted(op, inputs, quantized)
        constants = [name for name in inputs if self.tensors[name].is_constant]
        for name in constants:
            scale = self.tensors[name].quantization
            if scale is None or scale.axis is not None:
                return False
            inputs = tuple(self._integer_constant(n, scale) if n == name else n for n in inputs)
        return self._write(op, inputs, quantized)

    def _weighted(self, op: Op, inputs: tuple[str, ...], quantized: Quantize) -> bool:
        weights = self.tensors[inputs[1]]
        scale = weights.quantization
        if scale is None or weights.data is None or scale.axis not in (None, op.weight_axis):
            return False
        if isinstance(op, ConvTranspose2D) and op.dilation != (1, 1):
            return False
        shape = tuple(-1 if axis == scale.axis else 1 for axis in range(weights.data.ndim))
        steps = np.rint(weights.data / np.array(scale.scale, np.float32).reshape(shape))
        if np.abs(steps).max(initial=0) <= _LARGEST_SYMMETRIC:
            scale = replace(scale, zero_point=(0,) * len(scale.scale))
        else:
            steps += np.array(scale.zero_point, np.float32).reshape(shape)
        if any(scale.zero_point) and type(op) not in CONVOLVED:
            return False
        name = self._new(f"{weights.name}_int8", weights, scale)
        self.tensors[name] = replace(self.tensors[name], data=steps.astype(np.int8))
        bias = [self._bias(bias, self._scale(inputs[0]), scale) for bias in inputs[2:]]
        taken = (inputs[0], name, *bias)
        if any(scale.zero_point):
            return self._asymmetric(replace(op, inputs=taken), quantized)
        return self._write(_rounding_once(op), taken, quantized)

    def _asymmetric(self, op: Op, quantized: Quantize) -> bool:
        source, weights = (self.tensors[name] for name in op.inputs[:2])
        made = convolved(op, source, weights, self.tensors[quantized.outputs[0]])
        self.tensors.update({tensor.name: tensor for tensor in made.tensors})
        self.ops += made.ops
        self.written.add(quantized.outputs[0])
        return True

    def _bias(self, name: str, source: Quantization, weights: Quantization) -> str:
        """The bias in steps of the product of the scales, as int32."""
        tensor = self.tensors[name]
        data = np.zeros(tensor.shape, np.float32) if tensor.data is None else tensor.data
        steps = np.rint(data.astype(np.float64) / (np.array(weights.scale) * source.scale[0]))
        limits = np.iinfo(np.int32)
        new = self._new(f"{name}_int32", tensor, source)
        clipped = np.clip(steps, limits.min, limits.max).astype(np.int32)
        self.tensors[new] = Tensor(new, tensor.shape, DType.INT32, None, clipped)
        return new

    def _write(self, op: Op, inputs: tuple[str, ...], quantized: Quantize) -> bool:
        """The operator writes what the Quantize after it would have written."""
        self.ops.append(replace(op, inputs=inputs, outputs=quantized.outputs))
        self.written.add(quantized.outputs[0])
        return True
