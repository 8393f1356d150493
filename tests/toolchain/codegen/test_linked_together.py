"""Two generated models in one program: their names do not meet, and they share the kernels."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import Compilation, compile_model
from codegen.emit import ExportOptions, write_project
from codegen.targets.board import Cpu, find_board
from codegen.targets.host.target import HOST
from codegen.toolchain.compilers import STRICT
from tests.unit.codegen.networks import Builder, small_lenet

pytestmark = pytest.mark.toolchain

_MAIN = """\
#include <stdio.h>
#include <string.h>

#include "first.h"
#include "second.h"

int main(void)
{
    static int8_t sample[FIRST_INPUT_BYTES + SECOND_INPUT_BYTES];
    first_init();
    second_init();
    if (fread(sample, sizeof sample, 1, stdin) != 1) {
        return 1;
    }
    memcpy(first_input(), sample, FIRST_INPUT_BYTES);
    memcpy(second_input(), sample + FIRST_INPUT_BYTES, SECOND_INPUT_BYTES);
    first_run();
    second_run();
    fwrite(first_output(), FIRST_OUTPUT_BYTES, 1, stdout);
    fwrite(second_output(), SECOND_OUTPUT_BYTES, 1, stdout);
    return memcmp(first_hash, second_hash, sizeof first_hash) == 0;
}
"""
#: Layers of the same names in both, on the same kernels.
NETWORKS = {
    "first": lambda: small_lenet(0.05),
    "second": lambda: Builder((9, 9, 2), seed=1).conv(4).conv(6).pool().flatten().dense(7).softmax().graph(),
}
_X = {"first": (10, 10, 2), "second": (9, 9, 2)}


@pytest.fixture(scope="module")
def gcc() -> str:
    found = shutil.which("gcc")
    if found is None:
        pytest.skip("gcc is not installed here")
    return found


def _compiled(name: str) -> Compilation:
    return compile_model(NETWORKS[name](), find_board("host"), kernels_for=Cpu.CORTEX_M4F)


def _archive(gcc: str, folder: Path, name: str) -> str:
    """What CMake makes of the project: a static library."""
    write_project(_compiled(name), folder, ExportOptions(name=name))
    sources = sorted(path.name for path in folder.glob("*.c"))
    subprocess.run([gcc, *STRICT, "-I.", "-c", *sources], cwd=folder, check=True)
    objects = sorted(path.name for path in folder.glob("*.o"))
    subprocess.run(["ar", "rcs", f"lib{name}.a", *objects], cwd=folder, check=True)
    return str(folder / f"lib{name}.a")


def _alone(gcc: str, folder: Path, name: str, x: np.ndarray) -> bytes:
    write_project(_compiled(name), folder)
    sources = [*map(str, folder.glob("*.c")), *map(str, HOST.sources)]
    subprocess.run([gcc, f"-I{folder}", *sources, "-o", str(folder / "alone")], check=True)
    return subprocess.run([folder / "alone"], input=x.tobytes(), capture_output=True, check=True).stdout


def _together(gcc: str, folder: Path, how: str) -> Path:
    """A program with both models: as two libraries, or with all files in one folder."""
    (folder / "main.c").write_text(_MAIN, encoding="utf-8")
    program = folder / "both"
    if how == "one folder":
        # In the one, the other's kernels would be taken for those of an earlier model.
        for name in NETWORKS:
            write_project(_compiled(name), folder / name, ExportOptions(name=name))
            shutil.copytree(folder / name, folder / "all", dirs_exist_ok=True)
        includes, parts = [folder / "all"], [*map(str, (folder / "all").glob("*.c"))]
    else:
        parts = [_archive(gcc, folder / name, name) for name in NETWORKS]
        includes = [folder / name for name in NETWORKS]
    flags = [*STRICT, *(f"-I{include}" for include in includes)]
    subprocess.run([gcc, *flags, str(folder / "main.c"), *parts, "-o", str(program)], check=True)
    return program


@pytest.mark.parametrize("how", ["two libraries", "one folder"])
def test_two_models_compute_in_one_program_what_each_computes_alone(gcc, how, tmp_path):
    rng = np.random.default_rng(0)
    samples = {name: rng.integers(-128, 128, shape, dtype=np.int8) for name, shape in _X.items()}
    alone = {name: _alone(gcc, tmp_path / f"{name}-alone", name, x) for name, x in samples.items()}
    content = b"".join(x.tobytes() for x in samples.values())
    program = _together(gcc, tmp_path, how)
    done = subprocess.run([program], input=content, capture_output=True, check=True)
    assert done.stdout == alone["first"] + alone["second"]
    assert len(set(done.stdout)) > 1
