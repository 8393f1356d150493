import re
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.compiler import compile_model
from codegen.emit import ExportOptions, model_name, project_sources, write_project
from codegen.emit.names import c_names
from codegen.errors import CodegenError
from codegen.options import BuildOptions
from codegen.targets.board import find_board
from tests.unit.codegen.networks import Builder, small_lenet
from tests.unit.codegen.operator_cases import float_graph, runnable
from tests.unit.codegen.sparse_cases import SparseCase, with_weights

GOLDEN = Path(__file__).parent / "golden"


def compiled(density: float = 1.0, encoding: str = "auto"):
    return compile_model(small_lenet(density), find_board("virtual-pico"), BuildOptions(encoding=encoding))


def codebook_net():
    return with_weights(Builder((256,)).dense(32).graph(), SparseCase("codebook", values=16))


#: By folder: the network, the board and the encoding.
GOLDEN_CASES = {
    "crs": (lambda: small_lenet(0.05), "virtual-pico", "auto"),
    "crs-nano": (lambda: small_lenet(0.05), "virtual-nano", "auto"),
    "dense": (small_lenet, "virtual-pico", "auto"),
    "codebook": (codebook_net, "virtual-pico", "auto"),
}


def golden_files(case: str) -> dict[str, str]:
    make, board, encoding = GOLDEN_CASES[case]
    sources = project_sources(compile_model(make(), find_board(board), BuildOptions(encoding=encoding)))
    return {name: sources[name] for name in ("model.c", "model.h")}


@pytest.mark.parametrize("case", GOLDEN_CASES)
def test_generated_code_equals_the_golden_files(case):
    """When the change is meant, write the new text with `python -m tests.unit.codegen.test_emit`."""
    for name, text in golden_files(case).items():
        assert text == (GOLDEN / case / name).read_text(encoding="utf-8"), name


def test_the_same_model_gives_the_same_text():
    assert project_sources(compiled()) == project_sources(compiled())


def test_other_weights_give_another_hash():
    def hash_line(density):
        return project_sources(compiled(density))["model_data.c"].split("model_hash", 1)[1][:200]

    assert hash_line(1.0) != hash_line(0.5)


def test_auto_stores_a_sparse_layer_sparse_and_a_full_one_dense():
    assert [layer.encoding for layer in compiled(0.05).layers if layer.op.kind == "Dense"] == [
        "crs8",
        "dense",
    ]


def test_a_forced_encoding_leaves_layers_without_a_kernel_dense():
    encodings = {layer.op.kind: layer.encoding for layer in compiled(encoding="crs").layers}
    assert encodings == {
        "Conv2D": "crs8", "MaxPool2D": "none", "Reshape": "none", "Dense": "crs8", "Softmax": "none"
    }  # fmt: skip


def test_no_layer_hides_a_function_of_the_library():
    assert list(c_names(("/Tanh", "exp", "main")).values()) == ["layer_tanh", "layer_exp", "layer_main"]


def test_names_are_identifiers_and_unique():
    names = c_names(("conv-1", "conv_1", "int", "7up", "Größe", "model_x", "conv 1"))
    assert list(names.values()) == [
        "conv_1",
        "conv_1_2",
        "layer_int",
        "layer_7up",
        "gr_e",
        "layer_model_x",
        "conv_1_3",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("LeNet-5 (pruned)", "lenet_5_pruned"),
        ("2nd", "model_2nd"),
        ("math", "math_model"),
        ("thimble_dense_s8", "model_thimble_dense_s8"),
        ("Größe", "gr_e"),
        ("\u4e2d", "model"),
        ("", "model"),
        ("n" * 100, "n" * 40),
    ],
)
def test_a_model_name_is_an_identifier_that_hides_nothing(text, name):
    assert model_name(text) == name


def test_layers_called_like_the_model_do_not_take_its_names():
    assert c_names(("lenet_input", "int8_t"), "lenet") == {
        "lenet_input": "layer_lenet_input",
        "int8_t": "layer_int8_t",
    }


def test_every_global_name_begins_with_the_models():
    sources = project_sources(compiled(), ExportOptions(name="My Net"))
    for file in ("my_net.c", "my_net.h", "my_net_data.c", "my_net_data.h"):
        text = re.sub(r"/\*.*?\*/", "", sources[file], flags=re.DOTALL)
        for line in re.findall(r"^(?!static|typedef|#|enum|\}|\{|\s).*[(\[].*$", text, re.MULTILINE):
            assert re.search(r"\bmy_net_\w+[(\[]", line), line
        assert set(re.findall(r"#define (\w+)", text)) - {"MODEL_WEIGHTS"} <= {
            w for w in re.findall(r"\w+", text) if w.startswith("MY_NET_")
        }


def test_a_struct_in_a_struct_has_a_line_a_member():
    graph = runnable(float_graph("Conv2D"))
    code = project_sources(compile_model(graph, find_board("virtual-nano")))["model.c"]
    assert "    .window = {\n        .in_height = 6,\n" in code
    assert "    .output_max = FLT_MAX,\n" in code
    assert code.index("#include <float.h>") < code.index("FLT_MAX")
    assert max(map(len, code.splitlines())) <= 110


def test_a_layers_name_cannot_leave_its_comment():
    graph = small_lenet()
    op = replace(graph.ops[0], name="a */ int evil; /* \u202e\\")
    graph = replace(graph, ops=(op, *graph.ops[1:]), name="b */\nint evil;")
    sources = project_sources(compile_model(graph, find_board("virtual-pico")))
    assert "    /* a * / int evil; / * ??: 3x3 convolution" in sources["model.c"]
    assert sources["model.h"].startswith("/* b * / int evil;: ")


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CodegenError, match="cannot write"):
        write_project(compiled(), tmp_path / "file" / "out")


def test_a_disk_that_is_full_leaves_the_folder_as_it_was(tmp_path, monkeypatch):
    write_project(compiled(0.05), tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    really_write = Path.write_text

    def full(path, text, **options):
        if path.name == "thimble_softmax_s8.c":
            raise OSError(28, "No space left on device")
        return really_write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CodegenError, match="No space left on device"):
        write_project(compiled(1.0), tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_another_model_leaves_no_kernels_of_the_first(tmp_path):
    (tmp_path / "thimble_mine.c").write_text("/* not ours */")
    write_project(compiled(0.05), tmp_path)
    assert (tmp_path / "thimble_dense_crs8_s8.c").exists()
    write_project(compiled(1.0), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*project_sources(compiled(1.0)), "thimble_mine.c"}


def test_two_models_in_one_folder_keep_all_kernels_that_one_of_them_calls(tmp_path):
    sparse, dense = ExportOptions(name="sparse"), ExportOptions(name="full")
    write_project(compiled(0.05), tmp_path, sparse)
    write_project(compiled(1.0), tmp_path, dense)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*project_sources(compiled(0.05), sparse), *project_sources(compiled(1.0), dense)}


def test_nothing_half_written_stays(tmp_path):
    write_project(compiled(), tmp_path)
    assert not list(tmp_path.glob(".*"))


if __name__ == "__main__":
    for golden_case in GOLDEN_CASES:
        (GOLDEN / golden_case).mkdir(exist_ok=True)
        for golden_name, golden_text in golden_files(golden_case).items():
            (GOLDEN / golden_case / golden_name).write_text(golden_text, encoding="utf-8", newline="\n")
