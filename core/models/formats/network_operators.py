"""Which of TensorFlow's operators a SavedModel may have: those that stay within the network.

A list of what is allowed, since TensorFlow has dozens of operators that read or write files, open sockets or
call Python, and each release may bring more. Functions that make tables or summary writers run as soon as
the folder is opened, so that all functions are looked at, not only the one that is served.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ARITHMETIC = """Abs Acos Acosh AccumulateNV2 Add AddN AddV2 Asin Asinh Atan Atan2 Atanh Cast Ceil
ClipByValue Cos Cosh Cumprod Cumsum CumulativeLogsumexp Div DivNoNan Erf Erfc Erfinv Exp Expm1 Floor
FloorDiv FloorMod Inv IsFinite IsInf IsNan L2Loss LeftShift Lgamma Log Log1p Maximum Minimum Mod Mul
MulNoNan Ndtri Neg NextAfter Pow RealDiv Reciprocal RightShift Rint Round Rsqrt Sign Sin Sinh Sqrt Square
SquaredDifference Sub Tan Tanh TruncateDiv TruncateMod Xdivy Xlog1py Xlogy Complex ComplexAbs Conj Imag Real
Angle FFT FFT2D FFT3D IFFT IFFT2D IFFT3D RFFT RFFT2D RFFT3D IRFFT IRFFT2D IRFFT3D"""
_LOGIC = """All Any ApproximateEqual BitwiseAnd BitwiseOr BitwiseXor Bitcast Equal Greater GreaterEqual
Invert Less LessEqual LogicalAnd LogicalNot LogicalOr NotEqual Select SelectV2 Where"""
_REDUCTIONS = """ArgMax ArgMin Bincount DenseBincount EuclideanNorm Max Mean Min Prod Sum SegmentMax
SegmentMean SegmentMin SegmentProd SegmentSum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd
UnsortedSegmentSum TopK TopKV2 Unique UniqueV2 UniqueWithCounts InTopK InTopKV2 NthElement"""
_SHAPES = """BatchToSpace BatchToSpaceND BroadcastArgs BroadcastGradientArgs BroadcastTo Concat ConcatOffset
ConcatV2 Const DepthToSpace Diag DiagPart DynamicPartition DynamicStitch ParallelDynamicStitch Empty
EnsureShape ExpandDims Fill Gather GatherNd GatherV2 GuaranteeConst Identity IdentityN InvertPermutation
LinSpace ListDiff MatrixBandPart MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2
MatrixDiagV3 MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3 MirrorPad OneHot OnesLike Pack Pad PadV2 Range
Rank Reshape Reverse ReverseSequence ReverseV2 Roll ScatterNd ScatterNdNonAliasingAdd Shape ShapeN Size
Slice Snapshot SpaceToBatch SpaceToBatchND SpaceToDepth Split SplitV Squeeze StridedSlice TensorScatterAdd
TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate TensorStridedSliceUpdate Tile
Transpose Unpack UnravelIndex ZerosLike LowerBound UpperBound"""
_LAYERS = """AvgPool AvgPool3D BatchMatMul BatchMatMulV2 BatchMatMulV3 BatchNormWithGlobalNormalization
BiasAdd BiasAddV1 Conv Conv2D Conv2DBackpropInput Conv2DBackpropInputV2 Conv3D Conv3DBackpropInputV2 Cross
DataFormatDimMap DataFormatVecPermute DepthwiseConv2dNative Dilation2D Einsum Elu ExtractImagePatches
FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN LeakyRelu LogSoftmax MatMul MaxPool MaxPool3D MaxPoolV2
MaxPoolWithArgmax Relu Relu6 Selu Sigmoid Softmax Softplus Softsign BlockLSTM BlockLSTMV2 CudnnRNN
CudnnRNNV2 CudnnRNNV3 CudnnRNNCanonicalToParams CudnnRNNCanonicalToParamsV2 CudnnRNNParamsSize GRUBlockCell
LSTMBlockCell ApproxTopK SparseSoftmaxCrossEntropyWithLogits SoftmaxCrossEntropyWithLogits"""
_IMAGES = """AdjustContrast AdjustContrastv2 AdjustHue AdjustSaturation CombinedNonMaxSuppression
CropAndResize ExtractGlimpse ExtractGlimpseV2 HSVToRGB RGBToHSV ImageProjectiveTransformV2
ImageProjectiveTransformV3 NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4
NonMaxSuppressionV5 ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor ScaleAndTranslate
AudioSpectrogram Mfcc"""
_QUANTIZATION = """Dequantize FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
FakeQuantWithMinMaxVarsPerChannel QuantizeAndDequantize QuantizeAndDequantizeV2 QuantizeAndDequantizeV3
QuantizeAndDequantizeV4 QuantizeV2"""
#: What Keras 2 and recurrent layers keep beside the function that is served.
_TRAINING = """AvgPool3DGrad AvgPoolGrad BiasAddGrad Conv2DBackpropFilter Conv2DBackpropFilterV2
Conv3DBackpropFilterV2 CudnnRNNBackprop CudnnRNNBackpropV2 CudnnRNNBackpropV3
DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput EluGrad
FakeQuantWithMinMaxArgsGradient FakeQuantWithMinMaxVarsGradient FakeQuantWithMinMaxVarsPerChannelGradient
FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3 InvGrad LRNGrad LeakyReluGrad MaxPool3DGrad
MaxPoolGrad MaxPoolGradV2 MaxPoolGradWithArgmax MirrorPadGrad PreventGradient ReciprocalGrad Relu6Grad
ReluGrad ResizeBicubicGrad ResizeBilinearGrad ResizeNearestNeighborGrad RsqrtGrad SeluGrad SigmoidGrad
SoftplusGrad SoftsignGrad SqrtGrad StopGradient StridedSliceGrad TanhGrad TileGrad"""
_RANDOM = """Multinomial ParameterizedTruncatedNormal RandomShuffle RandomStandardNormal RandomUniform
RandomUniformInt RngReadAndSkip RngSkip StatefulStandardNormalV2 StatefulTruncatedNormal StatefulUniform
StatefulUniformFullInt StatefulUniformInt StatelessMultinomial StatelessRandomGetAlg
StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg StatelessRandomNormal StatelessRandomNormalV2
StatelessRandomUniform StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2
StatelessRandomUniformInt StatelessRandomUniformIntV2 StatelessRandomUniformV2 StatelessShuffle
StatelessTruncatedNormal StatelessTruncatedNormalV2 TruncatedNormal"""
_VARIABLES = """AssignAddVariableOp AssignSubVariableOp AssignVariableOp DestroyResourceOp DisableCopyOnRead
ReadVariableOp ResourceGather ResourceGatherNd ResourceScatterAdd ResourceScatterSub ResourceScatterUpdate
VarHandleOp VarIsInitializedOp VariableShape"""
_CONTROL = """Assert Case CheckNumerics CheckNumericsV2 ControlTrigger DeviceIndex Enter Exit FakeParam For
If LoopCond Merge NextIteration NoOp PartitionedCall Placeholder PlaceholderV2 PlaceholderWithDefault
StatefulPartitionedCall StatelessCase StatelessIf StatelessWhile Switch ToBool While EmptyTensorList
TensorListConcat TensorListConcatLists TensorListConcatV2 TensorListElementShape TensorListFromTensor
TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack
TensorListPushBackBatch TensorListReserve TensorListResize TensorListScatter
TensorListScatterIntoExistingList TensorListScatterV2 TensorListSetItem TensorListSplit TensorListStack
TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayGradV3 TensorArrayReadV3
TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayV3 TensorArrayWriteV3"""
NETWORK_OPERATORS = frozenset(
    " ".join(
        (
            _ARITHMETIC, _LOGIC, _REDUCTIONS, _SHAPES, _LAYERS, _IMAGES, _QUANTIZATION, _TRAINING, _RANDOM,
            _VARIABLES, _CONTROL,
        )
    ).split()
)  # fmt: skip
#: What the functions have that save and restore the weights, and nothing else may have.
_SAVER_OPERATORS = NETWORK_OPERATORS.union(
    "MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename StaticRegexFullMatch StringJoin".split()  # noqa: SIM905
)


def reaching_out(described: Any) -> str | None:
    """The first operator of a SavedModel (a protobuf message) that is not known to stay in the network."""
    savers = _savers(described)
    for graph in described.meta_graphs:
        for kind, inside in _operators(graph):
            allowed = _SAVER_OPERATORS if inside in savers else NETWORK_OPERATORS
            if kind not in allowed:
                return kind
    return None


def _operators(graph: Any) -> Iterator[tuple[str, str]]:
    """Each operator, and the function that it is in (empty for the graph itself)."""
    yield from ((node.op, "") for node in graph.graph_def.node)
    for function in graph.graph_def.library.function:
        yield from ((node.op, function.signature.name) for node in function.node_def)


def _savers(described: Any) -> frozenset[str]:
    """The functions that save and restore the weights, where opening the folder cannot run them.

    TensorFlow 2 makes what the object graph names; the graph itself, which calls the saver, is not run. So a
    saver must be named neither by the object graph nor by another function, and must not stand in for one
    that it implements. Folders of TensorFlow 1 have their saver in the graph that is run.
    """
    if len(described.meta_graphs) != 1 or not described.meta_graphs[0].HasField("object_graph_def"):
        return frozenset()
    (graph,) = described.meta_graphs
    ends = (graph.saver_def.save_tensor_name, graph.saver_def.restore_op_name)
    calls = {end.split(":")[0] for end in ends}
    called = {node.attr["f"].func.name for node in graph.graph_def.node if node.name in calls} - {""}
    return frozenset(name for name in called if not _can_run(name, graph))


def _can_run(name: str, graph: Any) -> bool:
    library = graph.graph_def.library
    if any(f.signature.name == name and "api_implements" in f.attr for f in library.function):
        return True
    others = (f for f in library.function if f.signature.name != name)
    naming = (graph.object_graph_def, *library.gradient, *others)
    return any(name.encode() in part.SerializeToString() for part in naming)
