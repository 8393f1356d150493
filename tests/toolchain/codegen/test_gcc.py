"""gcc for the boards: the same bytes as zig's, and every kernel."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.emit.project import RUNTIME
from codegen.errors import CodegenError
from codegen.firmware import build_firmware
from codegen.options import BuildOptions
from codegen.targets.board import Cpu, find_board
from codegen.toolchain import find_compiler
from codegen.toolchain.compilers import STRICT
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.toolchain.codegen.test_firmware import NETWORKS
from tests.unit.codegen.networks import Builder

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.skipif(
        shutil.which("arm-none-eabi-gcc") is None,
        reason="arm-none-eabi-gcc is not installed here (apt-get install gcc-arm-none-eabi)",
    ),
]

BOARDS = [find_board("virtual-pico"), find_board("virtual-nano")]


@pytest.mark.parametrize("board", [*BOARDS, find_board("host")], ids=lambda board: board.id)
@pytest.mark.parametrize("name", NETWORKS)
def test_gcc_and_zig_give_the_same_bytes(name, board, tmp_path):
    make, encoding = NETWORKS[name]
    graph, outputs = make(), []
    shape = (3, *graph.tensors["x"].shape[1:])
    x = np.random.default_rng(0).integers(-128, 128, shape, dtype=np.int8)
    for compiler in ("zig", "gcc"):
        compiled = compile_model(graph, board, BuildOptions(compiler, encoding))
        image = build_firmware(compiled, tmp_path / compiler, cache_dir())
        assert compiler in image.compiler
        outputs.append(run_samples(image, board, x).outputs)
    assert np.array_equal(*outputs)
    assert len(np.unique(outputs[0])) > 1


def test_what_the_linker_finds_too_large_is_no_failure_of_the_compiler(tmp_path):
    """The estimate lets it pass: over by less than what the code might take."""
    board = find_board("virtual-nano")
    graph = Builder((4, (board.sram_bytes - 4000) // 8, 1)).conv(1, kernel=1).graph()
    compiled = compile_model(graph, board, BuildOptions(compiler="gcc"))
    assert compiled.plan.overflows(board)
    with pytest.raises(CodegenError, match=r"the linker says .*overflowed by") as caught:
        build_firmware(compiled, tmp_path, cache_dir())
    assert caught.value.code == "does-not-fit"
    assert caught.value.hint


@pytest.mark.parametrize("cpu", [b.cpu for b in BOARDS], ids=lambda cpu: cpu.value)
def test_every_kernel_is_clean_for_gcc(cpu: Cpu, tmp_path: Path):
    sources = sorted(str(path) for path in (RUNTIME / "src").glob("*.c"))
    find_compiler("gcc", cpu).run([*STRICT, f"-I{RUNTIME / 'include'}", "-c", *sources], work=tmp_path)
    assert len(list(tmp_path.glob("*.o"))) == len(sources)
