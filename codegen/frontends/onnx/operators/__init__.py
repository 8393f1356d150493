"""What each ONNX operator becomes in the Graph: one file a family."""

from collections.abc import Callable, Mapping

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators import (
    activations,
    arithmetic,
    logic,
    movements,
    normalization,
    pieces,
    quantization,
    reductions,
    softmax,
    tables,
)
from codegen.frontends.onnx.operators.convolution import conv
from codegen.frontends.onnx.operators.convolution_transposed import conv_transpose
from codegen.frontends.onnx.operators.dense import gemm, mat_mul
from codegen.frontends.onnx.operators.pooling import (
    average_pool,
    global_average_pool,
    global_lp_pool,
    global_max_pool,
    lp_pool,
    max_pool,
)
from codegen.frontends.onnx.operators.resizing import resize
from codegen.frontends.onnx.value import Value

Reader = Callable[[Builder, Node], Value | tuple[Value, ...]]

READERS: Mapping[str, Reader] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "Gemm": gemm,
    "MatMul": mat_mul,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": global_average_pool,
    "GlobalMaxPool": global_max_pool,
    "LpPool": lp_pool,
    "GlobalLpPool": global_lp_pool,
    "Resize": resize,
    **activations.READERS,
    **arithmetic.READERS,
    **reductions.READERS,
    **softmax.READERS,
    **movements.READERS,
    **pieces.READERS,
    **normalization.READERS,
    **quantization.READERS,
    **logic.READERS,
    **tables.READERS,
}

__all__ = ["READERS"]
