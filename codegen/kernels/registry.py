"""All kernels, and the choice among those that serve a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from codegen.errors import CodegenError
from codegen.graph import ArgMax, ArgMin, Graph, Op
from codegen.kernels.add_s8_m4 import AddS8M4
from codegen.kernels.along_axis_f32 import ArgMaxF32, CumSumF32, HardmaxF32, ResampleF32
from codegen.kernels.arg_max_s8 import ArgMaxS8
from codegen.kernels.arithmetic_f32 import ARITHMETIC
from codegen.kernels.asymmetric_conv2d_s8 import AsymmetricConv2DS8
from codegen.kernels.average_pool_s8 import AveragePoolS8
from codegen.kernels.base import (
    DenseAlternative,
    Kernel,
    Layer,
    LoweredLayer,
    serves_cpu,
    serves_rounding,
)
from codegen.kernels.batch_norm_f32 import BatchNormF32
from codegen.kernels.binary_f32 import BINARY
from codegen.kernels.cast import CastElements
from codegen.kernels.conv2d_as_dense_f32_m4 import Conv2DAsDenseF32M4
from codegen.kernels.conv2d_f32_m4 import Conv2DF32M4
from codegen.kernels.conv2d_s8 import Conv2DS8
from codegen.kernels.conv2d_s8_m0 import Conv2DS8M0
from codegen.kernels.conv2d_s8_m4 import Conv2DS8M4
from codegen.kernels.conv_transpose2d_s8 import ConvTranspose2DS8
from codegen.kernels.conversions import DequantizeS8, QuantizeS8
from codegen.kernels.cycles import with_cycles_on
from codegen.kernels.dense_f32_m4 import DenseF32M4
from codegen.kernels.dense_light_s8_m0 import DenseLightS8M0
from codegen.kernels.dense_s8 import DenseS8
from codegen.kernels.dense_s8_m0 import DenseS8M0
from codegen.kernels.dense_s8_m4 import DenseS8M4
from codegen.kernels.depthwise_conv2d_f32_m4 import DepthwiseConv2DF32M4
from codegen.kernels.depthwise_conv2d_s8 import DepthwiseConv2DS8
from codegen.kernels.depthwise_conv2d_s8_m0 import DEPTHWISE_M0
from codegen.kernels.depthwise_conv2d_s8_m4 import DepthwiseConv2DS8M4
from codegen.kernels.div_s8 import DivS8
from codegen.kernels.extremes import MaximumF32, MaximumS8, MinimumF32, MinimumS8
from codegen.kernels.flip_sign import FlipSignS8, FlipSignU8
from codegen.kernels.gather import SliceBytes, TransposeBytes
from codegen.kernels.grouped_conv2d_s8 import GroupedConv2DS8
from codegen.kernels.integers import INTEGERS
from codegen.kernels.joints import ConcatBytes, SplitBytes
from codegen.kernels.log_softmax_s8 import LogSoftmaxS8
from codegen.kernels.lookup_s8 import LOOKUPS
from codegen.kernels.mat_mul_s8 import MatMulS8
from codegen.kernels.max_pool_f32_m4 import MaxPoolF32M4
from codegen.kernels.max_pool_s8 import MaxPoolS8
from codegen.kernels.mean_s8 import MeanS8
from codegen.kernels.mul_s8 import MulS8
from codegen.kernels.pad import PadBytes
from codegen.kernels.pools_f32 import AveragePoolF32, MaxPoolF32
from codegen.kernels.prelu import PReluF32, PReluS8
from codegen.kernels.products_f32 import ConvTranspose2DF32, MatMulF32
from codegen.kernels.reduce_sum_s8 import ReduceSumS8
from codegen.kernels.reductions import (
    MeanF32,
    ReduceMaxF32,
    ReduceMaxS8,
    ReduceMinF32,
    ReduceMinS8,
    ReduceProdF32,
    ReduceSumF32,
)
from codegen.kernels.reshape import ReshapeInPlace
from codegen.kernels.resize import ResizeBilinearF32, ResizeNearestBytes
from codegen.kernels.resize_bilinear_s8 import ResizeBilinearS8
from codegen.kernels.select import SelectBytes
from codegen.kernels.softmax_s8 import SoftmaxS8
from codegen.kernels.softmaxes_f32 import LogSoftmaxF32, SoftmaxF32
from codegen.kernels.sparse_conv2d_f32 import SparseConv2DF32
from codegen.kernels.sparse_conv2d_s8 import SparseConv2DS8
from codegen.kernels.sparse_dense_f32 import SparseDenseF32
from codegen.kernels.sparse_dense_s8 import SparseDenseS8
from codegen.kernels.sparse_f32 import FLOAT_ENCODINGS
from codegen.kernels.sparse_pointwise_s8 import POINTWISE_ENCODINGS, SparsePointwiseS8
from codegen.kernels.squared_difference import SquaredDifferenceS8
from codegen.kernels.stored_weights import KERNEL_NAMES, paying_encodings
from codegen.kernels.sums_s8 import AddS8, SubS8
from codegen.kernels.sums_s8_m0 import AddS8M0, SubS8M0
from codegen.kernels.take import StoredBytes, TakeBytes
from codegen.kernels.unary_f32 import UNARY
from codegen.kernels.weights_f32 import Conv2DF32, DenseF32, DepthwiseConv2DF32
from codegen.sparse import ENCODINGS
from codegen.targets.board import Cpu

KERNELS: tuple[Kernel, ...] = (
    Conv2DS8(),
    Conv2DS8M0(),
    Conv2DS8M4(),
    GroupedConv2DS8(),
    AsymmetricConv2DS8(),
    ConvTranspose2DS8(),
    Conv2DF32(),
    Conv2DF32M4(),
    Conv2DAsDenseF32M4(),
    DepthwiseConv2DS8(),
    DepthwiseConv2DS8M4(),
    *DEPTHWISE_M0,
    DepthwiseConv2DF32(),
    DepthwiseConv2DF32M4(),
    DenseS8(),
    DenseS8M0(),
    DenseLightS8M0(),
    DenseS8M4(),
    *(SparseDenseS8(encoding) for encoding in KERNEL_NAMES),
    *(SparseConv2DS8(encoding) for encoding in KERNEL_NAMES),
    *(SparsePointwiseS8(encoding) for encoding in POINTWISE_ENCODINGS),
    *(SparseDenseF32(encoding) for encoding in FLOAT_ENCODINGS),
    *(SparseConv2DF32(encoding) for encoding in FLOAT_ENCODINGS),
    DenseF32(),
    DenseF32M4(),
    BatchNormF32(),
    MaxPoolS8(),
    MaxPoolF32(),
    MaxPoolF32M4(),
    AveragePoolS8(),
    AveragePoolF32(),
    MeanS8(),
    MeanF32(),
    ReduceSumS8(),
    ReduceSumF32(),
    ReduceMaxS8(),
    ReduceMinS8(),
    ArgMaxS8(ArgMax),
    ArgMaxS8(ArgMin),
    ReduceMaxF32(),
    AddS8(),
    AddS8M0(),
    AddS8M4(),
    SubS8(),
    SubS8M0(),
    MulS8(),
    DivS8(),
    SquaredDifferenceS8(),
    MatMulS8(),
    *ARITHMETIC,
    MinimumS8(),
    MaximumS8(),
    MinimumF32(),
    MaximumF32(),
    PReluS8(),
    PReluF32(),
    SoftmaxS8(),
    SoftmaxF32(),
    LogSoftmaxS8(),
    LogSoftmaxF32(),
    *LOOKUPS,
    *UNARY,
    QuantizeS8(),
    DequantizeS8(),
    ReshapeInPlace(),
    ConcatBytes(),
    SplitBytes(),
    SliceBytes(),
    TransposeBytes(),
    PadBytes(),
    ResizeBilinearS8(),
    FlipSignU8(),
    FlipSignS8(),
    ReduceMinF32(),
    ReduceProdF32(),
    ArgMaxF32(ArgMax),
    ArgMaxF32(ArgMin),
    CumSumF32(),
    HardmaxF32(),
    ResampleF32(),
    MatMulF32(),
    ConvTranspose2DF32(),
    *BINARY,
    *INTEGERS,
    CastElements(),
    SelectBytes(),
    TakeBytes(),
    StoredBytes(),
    ResizeNearestBytes(),
    ResizeBilinearF32(),
)


def lower_layer(layer: Layer, encoding: str, cpu: Cpu, scratch_limit_bytes: int) -> LoweredLayer:
    """The layer in the storage that takes the least flash under this `encoding`, through the kernel for it
    that takes the fewest cycles on `cpu` and no more scratch memory than `scratch_limit_bytes`.

    `fastest` asks for the fewest cycles alone. A forced encoding applies to the layers that have a kernel for
    it; the others stay as with `dense`.
    Raises CodegenError ``unsupported-operator`` naming the layer and the reason.
    """
    serving = [k for k in KERNELS if _serves(k, layer.op, cpu)]
    typed = [k for k in serving if k.dtype in (None, layer.input.dtype)]
    if encoding in _CHOOSING:
        typed = _worth_trying(typed, layer)
    refusals = [k.refusal(layer) for k in typed]
    able = [k for k, refusal in zip(typed, refusals, strict=True) if refusal is None]
    if not able:
        raise _unsupported(layer, serving, refusals)
    # Scales of a damaged file overflow single precision; what comes of it is refused as a factor.
    with np.errstate(all="ignore"):
        lowered = [
            with_cycles_on(cpu, k.lower(layer)) for k in able if k.encoding in (*ENCODINGS[encoding], *_PLAIN)
        ]
    fitting = [x for x in lowered if x.scratch_bytes <= scratch_limit_bytes]
    wanted = [x for x in fitting if x.encoding in ENCODINGS[encoding]]
    plain = [x for x in fitting if x.encoding in _PLAIN]
    if not fitting:
        raise _unsupported(layer, serving, ["needs more scratch memory than the network leaves"])
    return _beside_dense(_CHOOSING.get(encoding, _smallest)(wanted or plain), plain)


def _smallest(layers: list[LoweredLayer]) -> LoweredLayer:
    plain = [x for x in layers if x.encoding in _PLAIN]
    paying = [x for x in layers if not plain or _pays(x, _fastest(plain))]
    encoding = min(paying, key=lambda x: (x.weights_bytes, x.cycles)).encoding
    return _fastest([x for x in layers if x.encoding == encoding])


def _pays(layer: LoweredLayer, dense: LoweredLayer) -> bool:
    """Whether the flash that a storage saves is worth its time: a slower one has to save a fair part."""
    limit_bytes = dense.weights_bytes * (1.0 - _LEAST_SAVED)
    return layer.cycles <= dense.cycles or layer.encoding in _PLAIN or layer.weights_bytes <= limit_bytes


def _fastest(layers: list[LoweredLayer]) -> LoweredLayer:
    return min(layers, key=lambda x: (x.cycles, x.weights_bytes))


#: Of a layer's bytes, what a storage that is slower than dense weights must save to be taken by itself.
_LEAST_SAVED = 0.25
#: The encodings that choose for each layer among all formats that can be smaller, and how.
_CHOOSING: dict[str, Callable[[list[LoweredLayer]], LoweredLayer]] = {
    "auto": _smallest,
    "fastest": _fastest,
}
_PLAIN = ("dense", "none")


def _beside_dense(layer: LoweredLayer, plain: list[LoweredLayer]) -> LoweredLayer:
    if layer.encoding in _PLAIN or not plain:
        return layer
    dense = _fastest(plain)
    return replace(layer, dense=DenseAlternative(dense.weights_bytes, dense.cycles))


def in_place_operators(graph: Graph, cpu: Cpu) -> frozenset[str]:
    """The operators that may write over an input of the output's shape, whichever kernel serves them."""
    return frozenset(op.name for op in graph.ops if _is_in_place(Layer(graph, op), cpu))


def _is_in_place(layer: Layer, cpu: Cpu) -> bool:
    serving = [k for k in KERNELS if _serves(k, layer.op, cpu) and k.dtype in (None, layer.input.dtype)]
    return bool(serving) and all(getattr(kernel, "in_place", False) for kernel in serving)


def _serves(kernel: Kernel, op: Op, cpu: Cpu) -> bool:
    return isinstance(op, kernel.serves) and serves_cpu(kernel, cpu) and serves_rounding(kernel, op)


def _worth_trying(kernels: list[Kernel], layer: Layer) -> list[Kernel]:
    """Without those whose storage cannot be smaller than the weights as they are."""
    stored = {k.encoding for k in kernels} & KERNEL_NAMES.keys()
    paying = paying_encodings(layer.constant(1)) if stored else frozenset()
    return [k for k in kernels if k.encoding not in stored or k.encoding in paying]


def _unsupported(layer: Layer, serving: list[Kernel], refusals: list[str | None]) -> CodegenError:
    """Names the layer, what stops it, and what to do instead."""
    types = sorted({k.dtype.value for k in serving if k.dtype is not None})
    reason = next((r for r in refusals if r), None)
    hint = "replace the layer"
    if not serving:
        reason = "is an operator that the generated code cannot compute yet"
    elif reason is None:
        reason = f"computes with {layer.input.dtype.value}; there is code for {' and '.join(types)}"
        hint = 'compress the model with [quantize] kind = "int8" first'
    return CodegenError("unsupported-operator", f"layer {layer.op.name!r} ({layer.op.kind}) {reason}", hint)
