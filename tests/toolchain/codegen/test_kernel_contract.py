"""What every kernel in the registry keeps; what it computes is tested in the tf tier."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from codegen.compiler import Compilation, compile_model
from codegen.emit import write_project
from codegen.errors import CodegenError
from codegen.firmware import build_firmware
from codegen.graph import (
    Acos,
    Acosh,
    Asin,
    Atanh,
    Dense,
    DType,
    Graph,
    IsInf,
    IsNan,
    Log,
    Power,
    Quantization,
    Quantize,
    Rsqrt,
    Sqrt,
    Tensor,
)
from codegen.kernels import KERNELS, in_place_operators
from codegen.options import BuildOptions
from codegen.plan import plan_arena
from codegen.sparse import ENCODINGS
from codegen.targets.board import find_board
from codegen.targets.registry import find_target
from codegen.toolchain.compilers import STRICT
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.unit.codegen import sparse_cases, sparse_float_cases
from tests.unit.codegen.operator_cases import CASES, float_graph, int8_graph, integer_graph, runnable

pytestmark = pytest.mark.toolchain

BOARDS = ("virtual-pico", "virtual-nano")
SAMPLES = 3
_MAKERS = {DType.FLOAT32: float_graph, DType.INT8: int8_graph, DType.INT32: integer_graph}
#: Where these functions have values.
_RANGES = {Log: (0.1, 4.0), Sqrt: (0.1, 4.0), Rsqrt: (0.1, 4.0), Acosh: (1.0, 4.0)}
_RANGES |= dict.fromkeys((Asin, Acos, Atanh), (-0.95, 0.95))
_RANGES[Power] = (0.1, 4.0)


def _compile(graph: Graph, board: str, encoding: str = "auto") -> Compilation:
    return compile_model(graph, find_board(board), BuildOptions(encoding=encoding))


def _to_uint8() -> Graph:
    tensors = [
        Tensor("x", (1, 40), DType.INT8, Quantization((0.1,), (-5,))),
        Tensor("y", (1, 40), DType.UINT8, Quantization((0.1,), (123,))),
    ]
    return Graph("one", {t.name: t for t in tensors}, (Quantize("q", ("x",), ("y",)),), ("x",), ("y",))


def _light_dense() -> Graph:
    """A dense layer with small weights and a large one."""
    weights = np.random.default_rng(0).integers(-6, 7, (16, 64), dtype=np.int8)
    weights[3, 5] = weights[3, 6] = weights[3, 7] = 127
    tensors = [
        Tensor("x", (1, 64), DType.INT8, Quantization((0.1,), (-5,))),
        Tensor("w", weights.shape, DType.INT8, Quantization((0.01,), (0,)), weights),
        Tensor("y", (1, 16), DType.INT8, Quantization((0.05,), (3,))),
    ]
    return Graph("one", {t.name: t for t in tensors}, (Dense("d", ("x", "w"), ("y",)),), ("x",), ("y",))


def _cases() -> dict[str, tuple[Graph, str]]:
    """A network and an encoding for each function of the runtime, by its name and the type of the input."""
    found: dict[str, tuple[Graph, str]] = {
        "int8-thimble_flip_sign": (_to_uint8(), "auto"),
        "int8-thimble_dense_light_s8_m0": (_light_dense(), "auto"),
    }
    for (dtype, make), name in product(_MAKERS.items(), CASES):
        graph = runnable(make(name))
        for encoding, board in product(ENCODINGS, ("host", *BOARDS)):
            with contextlib.suppress(CodegenError):
                layer = _compile(graph, board, encoding).layers[0]
                found.setdefault(f"{dtype.value}-{layer.function or name}", (graph, encoding))
    found.update({f"int8-{function}": case for function, case in sparse_cases.graphs().items()})
    found.update({f"float32-{function}": case for function, case in sparse_float_cases.graphs().items()})
    return found


GRAPHS = _cases()


def test_every_kernel_has_a_case():
    served = {name.split("-", 1)[1] for name in GRAPHS}
    assert {k.function for k in KERNELS} - served <= {""}


def _samples(graph: Graph) -> np.ndarray:
    tensor = graph.tensors[graph.inputs[0]]
    shape, rng = (SAMPLES, *tensor.shape[1:]), np.random.default_rng(1)
    if tensor.dtype is DType.INT8:
        return rng.integers(-128, 128, shape, dtype=np.int8)
    if tensor.dtype is DType.BOOL:
        return rng.integers(0, 2, shape).astype(bool)
    if tensor.dtype is DType.INT32:
        return rng.integers(-100, 100, shape, dtype=np.int32)
    if type(graph.ops[0]) in _RANGES:
        return rng.uniform(*_RANGES[type(graph.ops[0])], shape).astype(np.float32)
    x = rng.normal(size=shape).astype(np.float32)
    if isinstance(graph.ops[0], IsNan | IsInf):
        x.ravel()[::5], x.ravel()[1::5], x.ravel()[2::5] = np.nan, np.inf, -np.inf
    return x


def _out_of_place(compiled: Compilation) -> Compilation:
    """With memory of its own for every tensor, so that kernels that write over an input are found out."""
    scratch = {x.op.name: x.scratch_bytes for x in compiled.layers if x.scratch_bytes}
    arena = plan_arena(compiled.graph, scratch_bytes=scratch)
    return replace(compiled, plan=replace(compiled.plan, arena=arena))


def _sanitized(compiled: Compilation, x: np.ndarray, folder) -> np.ndarray:
    command = shutil.which("gcc")  # zig, which builds everything else, ships no sanitizer runtime
    if command is None:
        pytest.skip("gcc is not installed here")
    write_project(compiled, folder)
    sources = [*map(str, sorted(folder.glob("*.c"))), "codegen/targets/host/main.c"]
    flags = [*STRICT, "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    program = folder / "sanitized"
    subprocess.run([command, *flags, f"-I{folder}", *sources, "-lm", "-o", str(program)], check=True)
    done = subprocess.run([str(program)], input=x.tobytes(), capture_output=True, check=True)
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.int8).reshape(len(x), -1)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_kernel_gives_the_same_everywhere_and_is_as_large_as_predicted(name, tmp_path):
    graph, encoding = GRAPHS[name]
    x = _samples(graph)
    expected = _sanitized(_out_of_place(_compile(graph, "host", encoding)), x, tmp_path)
    assert len(np.unique(expected)) > 1, "it computes nothing"
    for board_id in BOARDS:
        board, compiled = find_board(board_id), _compile(graph, board_id, encoding)
        assert _shares(compiled) or not in_place_operators(compiled.graph, board.cpu), "nothing is shared"
        image = build_firmware(compiled, tmp_path / board_id, cache_dir())
        for predicted, linked in (
            (image.predicted_flash_bytes, image.flash_bytes),
            (image.predicted_sram_bytes, image.sram_bytes),
        ):
            assert abs(predicted - linked) <= max(256, linked // 100)
        result = run_samples(image, board, x)
        _compare(result.outputs, expected, graph)
        assert result.cycles is not None
        assert result.counts.stack_bytes <= find_target(board).stack_bytes - 256
        estimate = sum(layer.cycles for layer in compiled.layers)
        assert not compiled.layers[0].function or 0.5 < estimate / result.cycles[0] < 2


def _shares(compiled: Compilation) -> bool:
    """Whether the first operator writes over an input."""
    op, arena = compiled.graph.ops[0], compiled.plan.arena
    activations = compiled.graph.activations_of(op)
    return any(arena.offset_of(op.outputs[0]) == arena.offset_of(name) for name in activations)


def _compare(given: np.ndarray, expected: np.ndarray, graph: Graph) -> None:
    """The same bytes; for floats the same numbers within the tolerance."""
    dtype = graph.tensors[graph.outputs[0]].dtype
    if dtype is not DType.FLOAT32:
        assert np.array_equal(given, expected)
        return
    y, r = (np.ascontiguousarray(a).view(np.float32) for a in (given, expected))
    assert np.max(np.abs(y - r)) <= 1e-5 * np.max(np.abs(r))
