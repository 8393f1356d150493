"""Measure the size tables of a compiler, one for each CPU: ``python -m codegen.toolchain.measure``.

With functions of the runtime as arguments it measures these alone, and keeps the rest of the tables.

Links probes with the real firmware and reads the ELF: one whose model does nothing, one more for each
kernel, and two chains of dense layers that tell what a call costs. Writes ``sizes/zig-<cpu>.json``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from codegen.compiler import Compilation, compile_model
from codegen.emit import write_project
from codegen.emit.project import runtime_files
from codegen.firmware.build import link_firmware
from codegen.firmware.elf import Elf, read_elf
from codegen.graph import Array, Dense, DType, Graph, Op, Quantization, Reshape, Tensor
from codegen.kernels import KERNELS, serves_cpu
from codegen.plan import plan_arena
from codegen.targets.board import Board, Cpu, find_board
from codegen.targets.registry import find_target, memory_layout
from codegen.toolchain import find_compiler
from codegen.toolchain.prediction import END_BYTES, SIZES

#: The boards of a CPU; the first one's firmware tells the sizes of functions.
_BOARDS = {Cpu.CORTEX_M0PLUS: ("virtual-pico", "pico"), Cpu.CORTEX_M4F: ("virtual-nano", "nano33ble")}
#: Functions of the runtime that several kernels call.
_SHARED = ("thimble_math_", "thimble_window", "thimble_sparse_", "thimble_integer_")
_WIDTH = 8
_SCALE = Quantization((0.5,), (0,))


def _activation(name: str) -> Tensor:
    return Tensor(name, (1, _WIDTH), DType.INT8, _SCALE)


def chain(layers: int) -> Graph:
    """Dense layers one after another; with none of them, a reshape that needs no code."""
    tensors = [_activation(f"x{i}") for i in range(max(layers, 1) + 1)]
    ops: list[Op] = []
    for i in range(layers):
        weights: Array = np.ones((_WIDTH, _WIDTH), np.int8)
        tensors.append(Tensor(f"w{i}", weights.shape, DType.INT8, _SCALE, weights))
        ops.append(Dense(f"dense{i}", (f"x{i}", f"w{i}"), (f"x{i + 1}",)))
    if not ops:
        ops.append(Reshape("nothing", ("x0",), ("x1",)))
    last = tensors[max(layers, 1)].name
    return Graph("probe", {t.name: t for t in tensors}, tuple(ops), ("x0",), (last,))


def two_by_two() -> Graph:
    """Two inputs and two outputs, and no code between them."""
    names = ("x0", "x1", "y0", "y1")
    ops = tuple(Reshape(f"nothing{n}", (f"x{n}",), (f"y{n}",)) for n in range(2))
    return Graph("probe", {name: _activation(name) for name in names}, ops, names[:2], names[2:])


def _ends_bytes(board: Board, base: Elf) -> int:
    """What several inputs and outputs take, without the entries of their tables."""
    graph = two_by_two()
    added = _loaded(link_probe(board, graph)) - _loaded(base)
    return added - (len(graph.inputs) + len(graph.outputs)) * END_BYTES


def _compile(graph: Graph, board: Board) -> Compilation:
    """With the portable kernels: a new one for this CPU has no size yet."""
    return compile_model(graph, board, kernels_for=Cpu.HOST)


def link_probe(board: Board, graph: Graph, extra: tuple[str, ...] = ()) -> Elf:
    """The ELF of a probe; `extra` are functions of the runtime to keep although nothing calls them."""
    target, compiler = find_target(board), find_compiler("zig", board.cpu)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        compilation = _compile(graph, board)
        write_project(compilation, work)
        for name, text in runtime_files(extra).items():
            (work / name).write_text(text, encoding="utf-8", newline="\n")
        # A linker script can keep a symbol that nothing refers to; a flag would not reach the archive.
        keep = "".join(f"EXTERN({function})\n" for function in extra)
        script = memory_layout(board).linker_script(compilation.weights_in, target.stack_bytes)
        (work / "link.ld").write_text(keep + script, encoding="utf-8")
        link_firmware(board, compiler, sorted(work.glob("*.c")), work, None)
        return read_elf(work / "firmware.elf")


def section(elf: Elf, name: str) -> int:
    return next((s.size_bytes for s in elf.sections if s.name == name), 0)


def _loaded(elf: Elf) -> int:
    return sum(s.size_bytes for s in elf.sections if s.loaded)


def _round_up(size: int, multiple: int = 4) -> int:
    return -(-size // multiple) * multiple


def _brought_along(board: Board, base: Elf, function: str) -> dict[str, int]:
    """The functions that a kernel adds to the image; local ones carry the kernel's name."""
    elf = link_probe(board, chain(0), (function,))
    known = {f.name for f in base.functions}
    added = {
        (f.name if f.is_runtime or f.name.startswith(_SHARED) else f"{function}:{f.name}"): _round_up(
            f.size_bytes
        )
        for f in elf.functions
        if f.name not in known
    }
    rest = _loaded(elf) - _loaded(base) - sum(added.values())
    return {**added, f"{function}:constants": rest} if rest > 0 else added


def _dense_overhead(board: Board, layers: int) -> int:
    """Bytes of the image beyond constants and structs for a chain of dense layers."""
    compilation = _compile(chain(layers), board)
    given = sum(layer.weights_bytes + layer.params_bytes for layer in compilation.layers)
    return _loaded(link_probe(board, chain(layers))) - given


def _served(board: Board) -> list[str]:
    return list(dict.fromkeys(k.function for k in KERNELS if k.function and serves_cpu(k, board.cpu)))


def _sizes(board: Board, base: Elf, functions: Iterable[str]) -> dict[str, dict[str, int]]:
    """What each of these functions brings along. The compiler is a process of its own: threads do."""
    names = list(functions)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(lambda name: _brought_along(board, base, name), names), strict=True))


def _firmware_sizes(boards: Iterable[Board]) -> dict[str, dict[str, int]]:
    """What each board's firmware takes with a model that does nothing."""
    arena = plan_arena(chain(0)).arena_bytes
    sizes = {}
    for board in boards:
        elf = link_probe(board, chain(0))
        sizes[board.id] = {
            "resident_bytes": _loaded(elf) - section(elf, ".data"),
            "base_bytes": section(elf, ".data"),
            "bss_bytes": section(elf, ".bss") - _round_up(arena, 8),
        }
    return sizes


def measure_again(boards: list[Board], table: dict[str, Any], functions: Iterable[str]) -> dict[str, Any]:
    """`table` with these functions measured again, in the order of the registry, without those gone."""
    board = boards[0]
    served, base = _served(board), link_probe(board, chain(0))
    known = {**table["functions"], **_sizes(board, base, (f for f in functions if f in served))}
    return {
        **table,
        "firmware": _firmware_sizes(boards),
        "ends_bytes": _ends_bytes(board, base),
        "functions": {f: known[f] for f in served if f in known},
    }


def measure(boards: list[Board]) -> dict[str, Any]:
    """The size table of the boards' CPU."""
    board = boards[0]
    base = link_probe(board, chain(0))
    functions = _sizes(board, base, _served(board))
    few, many = 2, 10
    dense = sum(functions["thimble_dense_s8"].values())
    overheads = [_dense_overhead(board, n) - _loaded(base) - dense for n in (few, many)]
    call = round((overheads[1] - overheads[0]) / (many - few))
    return {
        "measured_with": find_compiler("zig", board.cpu).version,
        "firmware": _firmware_sizes(boards),
        "run_bytes": overheads[0] - few * call,
        "call_bytes": call,
        "ends_bytes": _ends_bytes(board, base),
        "functions": functions,
    }


def main(functions: Iterable[str] = ()) -> None:
    """Measure and write the tables; with `functions`, these functions of them."""
    wanted = tuple(functions)
    unknown = set(wanted) - {k.function for k in KERNELS}
    if unknown:
        sys.exit(f"error: no kernel has the function {' or '.join(sorted(unknown))}")
    for cpu, ids in _BOARDS.items():
        boards, path = [find_board(i) for i in ids], SIZES / f"zig-{cpu.value}.json"
        if wanted:
            table = measure_again(boards, json.loads(path.read_text(encoding="utf-8")), wanted)
        else:
            table = measure(boards)
        path.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
        for board_id, sizes in table["firmware"].items():
            loaded = sizes["resident_bytes"] + sizes["base_bytes"]
            print(f"{path.name}: firmware of {board_id} {loaded} bytes, a call {table['call_bytes']} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
