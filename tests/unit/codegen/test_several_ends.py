from dataclasses import replace

import pytest

from codegen.compiler import compile_model
from codegen.emit import ExportOptions, project_sources
from codegen.errors import CodegenError
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from tests.unit.codegen.networks import small_lenet
from tests.unit.codegen.several_ends import write_two_by_two


@pytest.fixture
def compiled(tmp_path):
    return compile_model(load_graph(write_two_by_two(tmp_path / "m.onnx")), find_board("virtual-pico"))


def test_each_input_and_output_has_its_own_function_and_size(compiled):
    header = project_sources(compiled, ExportOptions(name="net"))["net.h"]
    for line in (
        "#define NET_INPUT_LEFT_BYTES 128",
        "#define NET_INPUT_RIGHT_ROW_0_BYTES 8",
        "#define NET_INPUT_BYTES 136",
        "#define NET_INPUTS 2",
        "#define NET_OUTPUT_IMAGE_BYTES 32",
        "#define NET_OUTPUT_ROW_BYTES 8",
        "#define NET_OUTPUT_BYTES 40",
        "#define NET_OUTPUTS 2",
        "float *net_input_left(void);",
        "float *net_input_right_row_0(void);",
        "const float *net_output_image(void);",
        "const float *net_output_row(void);",
        " * Input right/row:0: 2 numbers of type float",
    ):
        assert line in header.splitlines()


def test_inputs_are_alive_from_the_start_and_outputs_to_the_end(compiled):
    buffers = {name: p.buffer for p in compiled.plan.arena.placements for name in p.buffer.tensors}
    last = len(compiled.graph.ops) - 1
    assert [buffers[name].first for name in compiled.graph.inputs] == [0, 0]
    assert [buffers[name].last for name in compiled.graph.outputs] == [last, last]
    assert {"left", "right/row:0"} <= {t["name"] for t in compiled.plan_json()["arena"]["tensors"]}


def test_the_bytes_of_one_input_keep_their_names():
    header = project_sources(compile_model(small_lenet(), find_board("virtual-pico")))["model.h"]
    assert "model_load" not in header
    assert "MODEL_INPUTS" not in header


def test_an_input_does_not_take_the_name_of_a_layers_constants():
    graph = small_lenet()
    first = replace(graph.ops[0], name="output")
    dense = next(op for op in graph.ops if op.kind == "Dense")
    names = {dense.outputs[0]: "weights"}
    tensors = {names.get(n, n): replace(t, name=names.get(n, n)) for n, t in graph.tensors.items()}
    ops = tuple(
        replace(
            op,
            inputs=tuple(names.get(n, n) for n in op.inputs),
            outputs=tuple(names.get(n, n) for n in op.outputs),
        )
        for op in (first, *graph.ops[1:])
    )
    graph = replace(graph, tensors=tensors, ops=ops, outputs=(*graph.outputs, "weights"))
    sources = project_sources(compile_model(graph, find_board("virtual-pico")))
    assert "model_output_weights[" in sources["model_data.h"]
    assert "*model_output_weights_(void);" in sources["model.h"]


@pytest.mark.parametrize("export_format", ["arduino", "pico-sdk"])
def test_examples_take_one_of_each(compiled, export_format):
    with pytest.raises(CodegenError, match="2 inputs and 2 outputs; the example") as caught:
        project_sources(compiled, ExportOptions(export_format))
    assert caught.value.hint == "generate the format c"


def test_a_batch_is_refused(tmp_path):
    graph = load_graph(write_two_by_two(tmp_path / "m.onnx"))
    wide = replace(graph.tensors["left"], shape=(2, 4, 4, 2))
    with pytest.raises(CodegenError, match="batch other than 1"):
        compile_model(replace(graph, tensors={**graph.tensors, "left": wide}), find_board("host"))
