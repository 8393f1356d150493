"""What the linker makes of the generated C, against what was predicted."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.emit import model_digest, write_project
from codegen.errors import CodegenError
from codegen.firmware import build_firmware
from codegen.firmware.elf import read_elf
from codegen.graph import Add, Graph
from codegen.options import BuildOptions
from codegen.targets.board import Cpu, find_board
from codegen.targets.registry import find_target
from codegen.targets.target import WeightsIn
from codegen.toolchain import measure
from codegen.toolchain.compilers import STRICT
from codegen.toolchain.prediction import SIZES
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.unit.codegen.networks import Builder, small_lenet

pytestmark = pytest.mark.toolchain

BOARDS = [find_board("virtual-pico"), find_board("virtual-nano")]
PICO, NANO = BOARDS
each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)


def large_network():
    """Too many weights for SRAM, so they stay in flash."""
    return Builder((40, 40, 4)).conv(8).flatten().dense(30).dense(10).softmax().graph("large")


def several_sparse_kernels():
    """Kernels that share functions: each is counted once."""
    graph = (
        Builder((12, 12, 8)).conv(16, pad=1).conv(16, pad=1).conv(16).flatten().dense(40).dense(10).graph()
    )
    rng = np.random.default_rng(0)
    changed = {}
    for op, density in zip(
        (op for op in graph.ops if graph.weight(op)), (0.5, 0.2, 0.04, 0.03, 0.3), strict=True
    ):
        tensor = graph.weight(op)
        changed[tensor.name] = replace(tensor, data=tensor.data * (rng.random(tensor.shape) < density))
    return graph.with_ops(graph.ops, **changed)


def several_ends():
    """Two inputs and one output: the board sees the inputs as one string of bytes."""
    one = Builder((8,)).dense(12).graph()
    other = replace(one.tensors["x"], name="other", shape=(1, 12))
    total = replace(one.tensors[one.outputs[0]], name="total")
    op = Add("total", (one.outputs[0], "other"), ("total",))
    tensors = {**one.tensors, "other": other, "total": total}
    return Graph("several", tensors, (*one.ops, op), ("x", "other"), ("total",))


NETWORKS = {
    "lenet": (small_lenet, "auto"),
    "sparse": (lambda: small_lenet(0.05), "auto"),
    "forced_crs": (small_lenet, "crs"),
    "large": (large_network, "auto"),
    "several_sparse_kernels": (several_sparse_kernels, "auto"),
    "one_layer": (lambda: Builder((8,)).dense(3).graph(), "auto"),
}


#: Those with one input and one output, and one with several.
PREDICTED = {**NETWORKS, "several_ends": (several_ends, "auto")}


@each_board
@pytest.mark.parametrize("name", PREDICTED)
def test_the_linked_image_is_as_large_as_predicted(name, board, tmp_path):
    make, encoding = PREDICTED[name]
    compiled = compile_model(make(), board, BuildOptions(encoding=encoding))
    image = build_firmware(compiled, tmp_path, cache_dir())
    for predicted, linked in (
        (image.predicted_flash_bytes, image.flash_bytes),
        (image.predicted_sram_bytes, image.sram_bytes),
    ):
        assert abs(predicted - linked) <= max(256, linked // 100)
    loaded = sum(len(s.content) for s in read_elf(image.elf).segments)
    assert loaded == image.flash_bytes


def test_weights_that_do_not_fit_in_sram_stay_in_flash():
    assert compile_model(large_network(), PICO).weights_in is WeightsIn.FLASH
    assert compile_model(small_lenet(), PICO).weights_in is WeightsIn.RAM
    assert compile_model(small_lenet(), NANO).weights_in is WeightsIn.FLASH


@each_board
def test_the_stack_keeps_256_bytes_of_reserve(board, tmp_path):
    image = build_firmware(compile_model(small_lenet(0.05), board), tmp_path, cache_dir())
    result = run_samples(image, board, np.zeros((1, 10, 10, 2), np.int8))
    assert 0 < result.counts.stack_bytes <= find_target(board).stack_bytes - 256
    # A run, a read, the counts and at least one piece of the input: each asked, acknowledged and answered.
    assert 12 * 10 < result.counts.protocol_bytes < 1000


def test_the_size_tables_are_what_would_be_measured_today(tmp_path, monkeypatch):
    """After a change of the firmware or a kernel: `python -m codegen.toolchain.measure`."""
    monkeypatch.setattr(measure, "SIZES", tmp_path)
    measure.main()
    for shipped in sorted(SIZES.glob("*.json")):
        assert json.loads((tmp_path / shipped.name).read_text()) == json.loads(shipped.read_text())


def test_what_cannot_fit_is_refused_before_anything_is_built(tmp_path):
    graph = Builder((128, 128, 8)).conv(24, kernel=1).conv(4, kernel=1).graph()
    with pytest.raises(CodegenError, match="over sram by") as caught:
        build_firmware(compile_model(graph, PICO), tmp_path / "out", cache_dir())
    assert caught.value.code == "does-not-fit"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("cpu", list(Cpu), ids=lambda cpu: cpu.value)
def test_clean_under_sanitizers_and_strict_warnings(cpu, tmp_path):
    command = shutil.which("gcc")  # zig, which builds everything else, ships no sanitizer runtime
    if command is None:
        pytest.skip("gcc is not installed here")
    compiled = compile_model(small_lenet(0.05), find_board("host"), kernels_for=cpu)
    write_project(compiled, tmp_path)
    host_main = "codegen/targets/host/main.c"
    sources = [*sorted(tmp_path.glob("*.c")), host_main]
    flags = [*STRICT, "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    subprocess.run(
        [command, *flags, f"-I{tmp_path}", *map(str, sources), "-o", str(tmp_path / "m")], check=True
    )
    x = np.random.default_rng(0).integers(-128, 128, (10, 200), dtype=np.int8)
    result = subprocess.run([str(tmp_path / "m")], input=x.tobytes(), capture_output=True, check=True)
    assert len(result.stdout) == 10 * 5
    assert result.stderr == b""


def test_the_sizes_of_a_program_for_this_computer_are_read_from_it(tmp_path):
    compiled = compile_model(small_lenet(), find_board("host"))
    image = build_firmware(compiled, tmp_path, cache_dir())
    assert compiled.plan.flash.weights_bytes < image.flash_bytes < image.image.stat().st_size
    assert compiled.plan.arena.arena_bytes < image.sram_bytes != image.predicted_sram_bytes


@pytest.mark.parametrize("board", [find_board("pico"), find_board("nano33ble")], ids=lambda board: board.id)
def test_a_real_board_tells_a_hash_of_its_whole_program(board, tmp_path):
    compilation = compile_model(small_lenet(1.0), board)
    images = [build_firmware(compilation, tmp_path / name, cache_dir() / "compiler") for name in "ab"]
    first, again = (image.image.read_bytes() for image in images)
    assert first == again, "a board that runs it already is known by its hash"
    assert model_digest(compilation) not in images[0].elf.read_bytes()
