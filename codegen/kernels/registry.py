"""All kernels."""

from __future__ import annotations

from codegen.graph import ArgMax, ArgMin
from codegen.kernels.add_s8_m4 import AddS8M4
from codegen.kernels.along_axis_f32 import ArgMaxF32, CumSumF32, HardmaxF32, ResampleF32
from codegen.kernels.arg_max_s8 import ArgMaxS8
from codegen.kernels.arithmetic_f32 import ARITHMETIC
from codegen.kernels.asymmetric_conv2d_s8 import AsymmetricConv2DS8
from codegen.kernels.average_pool_s8 import AveragePoolS8
from codegen.kernels.base import Kernel
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
from codegen.kernels.stored_weights import KERNEL_NAMES
from codegen.kernels.sums_s8 import AddS8, SubS8
from codegen.kernels.sums_s8_m0 import AddS8M0, SubS8M0
from codegen.kernels.take import StoredBytes, TakeBytes
from codegen.kernels.unary_f32 import UNARY
from codegen.kernels.weights_f32 import Conv2DF32, DenseF32, DepthwiseConv2DF32

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
