"""Node tests through frontend, C and the host's compiler: the runtime once, then a library a model."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codegen.compiler import Compilation, compile_model
from codegen.emit import write_project
from codegen.emit.project import RUNTIME
from codegen.errors import CodegenError
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from tests.toolchain.onnx.node_cases import NodeCase, PackedCase, packed_forms

_FLAGS = ("-std=c99", "-fPIC", "-fno-strict-aliasing")


@dataclass(frozen=True)
class Outcome:
    """How a case ended: `passed`, or why not; `refused` when the compiler names what it does not support."""

    case: NodeCase
    passed: bool
    refused: bool
    why: str


@dataclass(frozen=True)
class _Compiled:
    case: NodeCase
    packed: PackedCase
    compilation: Compilation
    folder: Path


def run_cases(cases: tuple[NodeCase, ...], work: Path) -> tuple[Outcome, ...]:
    """Every case's outcome, in their order. `work` is an empty folder."""
    compiler = _compiler()
    runtime = _runtime(compiler, work)
    prepared = [_prepare(case, work / f"n{number}") for number, case in enumerate(cases)]
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda made: _outcome(made, compiler, runtime), prepared))


def _compiler() -> list[str]:
    found = shutil.which("gcc") or shutil.which("clang")
    return [found] if found else [sys.executable, "-m", "ziglang", "cc"]


def _runtime(compiler: list[str], work: Path) -> Path:
    """The whole runtime as one library, which the library of a model then needs."""
    library = work / "runtime.so"
    sources = sorted(str(path) for path in (RUNTIME / "src").glob("*.c"))
    includes = f"-I{RUNTIME / 'include'}"
    subprocess.run(
        [*compiler, *_FLAGS, "-O1", "-shared", includes, *sources, "-lm", "-o", str(library)], check=True
    )
    return library


def _prepare(case: NodeCase, folder: Path) -> _Compiled | Outcome:
    """The C project of a case, in the first form that the compiler takes."""
    folder.mkdir()
    why = "has no input of its own, an empty one, or outputs of several types"
    for packed in packed_forms(case):
        path = folder / "node.onnx"
        path.write_bytes(packed.content)
        try:
            compilation = compile_model(load_graph(path), find_board("host"))
        except CodegenError as error:
            why = error.what
            continue
        write_project(compilation, folder)
        return _Compiled(case, packed, compilation, folder)
    return Outcome(case, False, True, why)


def _outcome(made: _Compiled | Outcome, compiler: list[str], runtime: Path) -> Outcome:
    if isinstance(made, Outcome):
        return made
    library = made.folder / "node.so"
    # Both files as one: the compiler's start takes longer than its work.
    sources = '#include "model.c"\n#include "model_data.c"\n'
    command = [*compiler, *_FLAGS, "-O0", "-shared", f"-I{made.folder}", "-x", "c", "-", "-x", "none"]
    built = subprocess.run(
        [*command, str(runtime), "-o", str(library)],
        input=sources,
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        return Outcome(made.case, False, False, built.stderr[-500:])
    given = _infer(library, made)
    try:
        _compare(given, made)
    except AssertionError as error:
        return Outcome(made.case, False, False, str(error).strip()[:500])
    return Outcome(made.case, True, False, "")


def _infer(library: Path, made: _Compiled) -> np.ndarray:
    """The output of the generated C, loaded into this process."""
    tensors, graph = made.compilation.graph.tensors, made.compilation.graph
    result = tensors[graph.outputs[0]]
    program = ctypes.CDLL(str(library))
    program.model_input.restype = program.model_output.restype = ctypes.c_void_p
    program.model_init()
    content = np.ascontiguousarray(made.packed.x).tobytes()
    ctypes.memmove(program.model_input(), content, len(content))
    program.model_run()
    return np.frombuffer(ctypes.string_at(program.model_output(), result.size_bytes), result.dtype.numpy)


def _compare(given: np.ndarray, made: _Compiled) -> None:
    """Within the node test's own tolerances."""
    wanted = made.packed.wanted.ravel()
    assert given.dtype == wanted.dtype, f"{given.dtype} instead of {wanted.dtype}"
    assert given.size == wanted.size, f"{given.size} elements instead of {wanted.size}"
    np.testing.assert_allclose(given, wanted, rtol=made.case.rtol, atol=made.case.atol)
