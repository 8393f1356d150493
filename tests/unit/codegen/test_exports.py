"""What every export format keeps, and the layouts that the formats' tools demand."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.emit import EXPORTERS, ExportOptions, Samples, find_exporter, project_sources, write_project
from codegen.errors import CodegenError
from codegen.targets.board import find_board
from tests.unit.codegen.networks import Builder, small_lenet

each_format = pytest.mark.parametrize("format_id", EXPORTERS)


def _samples() -> Samples:
    rng = np.random.default_rng(0)
    return Samples(rng.integers(-128, 128, (2, 200), np.int8), rng.integers(-128, 128, (2, 5), np.int8))


def exported(format_id: str, name: str = "my net", board: str = "virtual-pico") -> dict[str, str]:
    compiled = compile_model(small_lenet(), find_board(board))
    return project_sources(compiled, ExportOptions(format_id, name, _samples()))


@each_format
def test_the_same_model_gives_the_same_files(format_id):
    assert exported(format_id) == exported(format_id)


@each_format
def test_no_path_or_time_is_in_the_files(format_id):
    files = exported(format_id)
    for name, text in files.items():
        assert not PurePosixPath(name).is_absolute()
        assert ".." not in PurePosixPath(name).parts
        assert str(Path.cwd()) not in text
        assert "/tmp" not in text
        assert not re.search(r"\b20\d\d-\d\d|\d\d:\d\d\b", text), name


@each_format
def test_all_sources_of_the_model_are_in_its_source_folder(format_id):
    files, folder = exported(format_id), find_exporter(format_id).source_folder
    for name, text in exported("c").items():
        if name != "CMakeLists.txt":
            assert files[str(PurePosixPath(folder) / name)] == text


@each_format
def test_another_model_leaves_no_kernels_of_the_first(format_id, tmp_path):
    folder = tmp_path / find_exporter(format_id).source_folder
    for density in (0.05, 1.0):
        compiled = compile_model(small_lenet(density), find_board("virtual-pico"))
        write_project(compiled, tmp_path, ExportOptions(format_id, samples=_samples()))
        assert (folder / "thimble_dense_crs8_s8.c").exists() == (density < 1)


@each_format
def test_an_example_needs_samples(format_id):
    compiled = compile_model(small_lenet(), find_board("virtual-pico"))
    if not find_exporter(format_id).has_example:
        assert project_sources(compiled, ExportOptions(format_id))
        return
    with pytest.raises(CodegenError) as caught:
        project_sources(compiled, ExportOptions(format_id))
    assert caught.value.code == "no-samples"


def test_an_unknown_format_names_those_that_there_are():
    with pytest.raises(CodegenError, match="no format 'rust'") as caught:
        exported("rust")
    assert caught.value.hint == "use one of: c, arduino, pico-sdk"


def test_the_arduino_library_has_the_layout_of_the_specification():
    files = exported("arduino", board="virtual-nano")
    lines = files["library.properties"].splitlines()
    properties = dict(line.split("=", 1) for line in lines)
    assert len(properties) == len(lines)
    assert set(properties) == {
        *("name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url"),
        *("architectures", "includes", "dot_a_linkage"),
    }
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}", properties["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", properties["version"])
    assert properties["category"] == "Data Processing"  # one of the specification's list
    assert properties["architectures"] == "mbed_nano,mbed"
    assert f"src/{properties['includes']}" in files
    assert all(properties.values())
    # A sketch is called like its folder, and the IDE looks for sources in src alone.
    assert "examples/my_net/my_net.ino" in files
    assert {PurePosixPath(name).parts[0] for name in files if name.endswith((".c", ".h"))} == {
        "src",
        "examples",
    }
    for line in files["keywords.txt"].splitlines():
        assert re.fullmatch(r"# .*|\w+\t(KEYWORD2|LITERAL1)", line)


def test_a_pico_project_lists_every_source_and_refuses_other_boards():
    files = exported("pico-sdk")
    for name in files:
        if name.endswith(".c"):
            assert name in files["CMakeLists.txt"]
    assert files["CMakeLists.txt"].index("include(") < files["CMakeLists.txt"].index("\nproject(")
    with pytest.raises(CodegenError) as caught:
        exported("pico-sdk", board="virtual-nano")
    assert caught.value.code == "wrong-board"


def test_samples_come_in_pairs():
    with pytest.raises(ValueError, match="2 inputs with 1 outputs"):
        Samples(np.zeros((2, 3), np.int8), np.zeros((1, 3), np.int8))


@each_format
def test_a_project_is_written_again_over_itself(format_id, tmp_path):
    compiled = compile_model(small_lenet(), find_board("virtual-pico"))
    export = ExportOptions(format_id, "again", _samples())
    assert write_project(compiled, tmp_path, export) == write_project(compiled, tmp_path, export)


@each_format
def test_files_of_the_user_are_not_overwritten(format_id, tmp_path):
    compiled = compile_model(small_lenet(), find_board("virtual-pico"))
    export = ExportOptions(format_id, "mine", _samples())
    for name in project_sources(compiled, export):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("my own")
        with pytest.raises(CodegenError) as caught:
            write_project(compiled, tmp_path, export)
        assert caught.value.code == "would-overwrite"
        assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]
        assert path.read_text() == "my own"
        path.unlink()


@each_format
def test_every_file_says_whose_it_is(format_id):
    for name, text in exported(format_id).items():
        assert "thimble" in text.lower(), name


def test_every_model_of_a_folder_is_a_library(tmp_path):
    """With all kernels that each of them calls, whichever was written last."""
    for name in ("second", "first"):
        graph = small_lenet() if name == "second" else Builder((40,)).dense(4).graph()
        write_project(compile_model(graph, find_board("host")), tmp_path, ExportOptions("c", name))
    text = (tmp_path / "CMakeLists.txt").read_text()
    first, second = (
        re.search(rf"add_library\({name} STATIC\n(.*?)\)", text, re.S)[1].split()
        for name in ("first", "second")
    )
    assert {"first.c", "first_data.c", "thimble_dense_s8.c"} <= set(first)
    assert {"second.c", "second_data.c", "thimble_conv2d_s8.c"} <= set(second)
    assert "thimble_conv2d_s8.c" not in first
    assert all((tmp_path / file).is_file() for file in first + second)
