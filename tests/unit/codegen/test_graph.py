from dataclasses import replace

import numpy as np
import pytest

from codegen.as_int8 import as_int8
from codegen.compiler import compile_model
from codegen.errors import CodegenError
from codegen.graph import Activation, Conv2D, DType, Graph, Quantization, Relu, Tanh, Tensor, macs, verify
from codegen.options import BuildOptions
from codegen.passes import run_passes
from codegen.targets.board import find_board
from tests.unit.codegen.networks import Builder, as_float, small_lenet


def float_graph() -> Graph:
    """conv, then a ReLU that stands alone."""
    weights = np.arange(2 * 3 * 3 * 1, dtype=np.float32).reshape(2, 3, 3, 1) - 9
    weights[0, 0, 0, 0] = 0
    tensors = [
        Tensor("x", (1, 5, 5, 1), DType.FLOAT32),
        Tensor("w", weights.shape, DType.FLOAT32, None, weights),
        Tensor("b", (2,), DType.FLOAT32, None, np.zeros(2, np.float32)),
        Tensor("c", (1, 3, 3, 2), DType.FLOAT32),
        Tensor("y", (1, 3, 3, 2), DType.FLOAT32),
    ]
    ops = (Conv2D("conv", ("x", "w", "b"), ("c",)), Relu("relu", ("c",), ("y",)))
    return Graph("float", {t.name: t for t in tensors}, ops, ("x",), ("y",))


def test_a_valid_graph_passes_the_verifier():
    assert verify(small_lenet()).parameters > 0


def test_reading_before_writing_is_found():
    graph = small_lenet()
    with pytest.raises(CodegenError, match="before it is written"):
        verify(replace(graph, ops=graph.ops[::-1]))


def test_weights_of_the_wrong_width_are_found():
    graph = Builder((8,)).dense(4).graph()
    narrow = Tensor("w0", (4, 7), DType.INT8, None, np.zeros((4, 7), np.int8))
    with pytest.raises(CodegenError, match="weights take 7 channels"):
        verify(graph.with_ops(graph.ops, w0=narrow))


def test_an_output_of_the_wrong_shape_is_found():
    graph = Builder((10, 10, 2)).conv(4).graph()
    large = replace(graph.tensors["t0"], shape=(1, 9, 9, 4))
    with pytest.raises(CodegenError, match=r"layer 'conv0': \(1, 10, 10, 2\) gives \(1, 9, 9, 4\)"):
        verify(graph.with_ops(graph.ops, t0=large))


def test_a_layer_too_large_for_the_generated_code_is_refused():
    with pytest.raises(CodegenError, match="inputs is 70000"):
        compile_model(Builder((70_000,)).dense(1).graph(), find_board("host"))


def test_macs_of_a_convolution_and_a_dense_layer():
    graph = Builder((10, 10, 2)).conv(4).flatten().dense(5).graph()
    assert [macs(graph, op) for op in graph.ops] == [8 * 8 * 4 * 3 * 3 * 2, 0, 8 * 8 * 4 * 5]


def test_a_relu_moves_into_the_convolution():
    fused = run_passes(float_graph())
    assert len(fused.ops) == 1
    assert fused.ops[0].activation is Activation.RELU
    assert fused.ops[0].outputs == ("y",)


def test_a_relu_stays_when_something_else_reads_its_input():
    graph = replace(float_graph(), outputs=("c", "y"))
    assert len(run_passes(graph).ops) == 2


def test_as_int8_keeps_shapes_and_zeros():
    graph = run_passes(as_int8(float_graph()))
    weights = graph.tensors["w"].data
    assert weights.dtype == np.int8
    assert np.array_equal(weights == 0, float_graph().tensors["w"].data == 0)
    assert compile_model(graph, find_board("host")).plan.arena.arena_bytes > 0


def test_a_preview_estimates_a_relu_as_the_converted_file_has_it():
    """There the lowest number is 0: the fused ReLU is the clamp to int8, and costs nothing."""
    converted = Builder((9, 9, 4)).conv(6, activation=Activation.RELU).graph()
    output = replace(converted.tensors[converted.outputs[0]], quantization=Quantization((0.1,), (-128,)))
    converted = replace(converted, tensors={**converted.tensors, output.name: output})
    previewed = as_int8(as_float(converted, 1))
    cycles = [compile_model(graph, find_board("virtual-nano")).cycles for graph in (converted, previewed)]
    assert cycles[0] == cycles[1]


def test_a_float_network_is_compiled_as_it_is():
    compiled = compile_model(float_graph(), find_board("host"), BuildOptions(encoding="dense"))
    assert [layer.function for layer in compiled.layers] == ["thimble_conv2d_f32"]


def test_every_layer_that_cannot_be_computed_is_named_with_the_reason():
    graph = float_graph()
    as_uint8 = {n: replace(t, dtype=DType.UINT8, data=None) for n, t in graph.tensors.items() if n in "xcy"}
    with pytest.raises(CodegenError, match=r"'conv' \(Conv2D\).*uint8.*'tanh' \(Tanh\)") as caught:
        compile_model(
            graph.with_ops((graph.ops[0], Tanh("tanh", ("c",), ("y",))), **as_uint8), find_board("host")
        )
    assert "int8" in caught.value.hint
