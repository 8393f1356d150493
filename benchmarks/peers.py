"""One inference of each model on the virtual boards, beside what the peers need:

    python benchmarks/peers.py [MODEL ...] [--models FOLDER] [--board virtual-pico,virtual-nano] [--layers]

Builds the models with the default options, runs one inference each (of zeros; of noise in float), and prints
instructions, cycles, the ratio of the instructions to the best peer's (`peers.toml`; by the model's name),
the arena beside its lower bound, the code (the flash beside the stored weights and the firmware) beside its
limit, and last which limits are missed: the instructions at most a part of the best peer's, the arena at most
the best peer's RAM and at most 1.05 times its lower bound and 2 KB, the code at most 12 KB for int8 and 16 KB
for float. `--layers` adds a profile: each layer built and run alone. Models are read where they are; one that
cannot be built is told, and the others go on. Ends with 1 where a limit is missed or a model cannot be built.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from codegen.compiler import Compilation, compile_model
from codegen.errors import CodegenError
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.graph import Array, DType, Graph, Op, Tensor, macs
from codegen.passes import run_passes
from codegen.targets.board import Board, Cpu, find_board
from codegen.toolchain.prediction import firmware_size
from core.boards.session import run_samples
from core.errors import ThimbleError
from core.paths import cache_dir

PEERS = tomllib.loads(Path(__file__).with_name("peers.toml").read_text(encoding="utf-8"))
ENDINGS = (".tflite", ".onnx")

#: Of the arena, scratch memory included, above its lower bound.
SRAM_PART, SRAM_BYTES = 1.05, 2048
#: Of the best peer's instructions.
RATIOS = {
    (DType.INT8, Cpu.CORTEX_M4F): 0.70,
    (DType.INT8, Cpu.CORTEX_M0PLUS): 0.55,
    (DType.FLOAT32, Cpu.CORTEX_M4F): 0.60,
}
#: Of the flash that is neither weights nor firmware.
CODE_BYTES = {DType.INT8: 12 * 1024, DType.FLOAT32: 16 * 1024}


@dataclass(frozen=True, slots=True)
class Count:
    """One inference on a virtual board; `code_bytes` of flash are neither weights nor firmware."""

    compilation: Compilation
    cycles: int
    instructions: int
    stack_bytes: int
    code_bytes: int


def count(graph: Graph, board: Board) -> Count:
    """Build and run. Raises CodegenError or ThimbleError."""
    compilation = compile_model(graph, board)
    tensor = graph.tensors[graph.inputs[0]]
    with tempfile.TemporaryDirectory() as folder:
        image = build_firmware(compilation, folder, cache_dir() / "compiler")
        counts = run_samples(image, board, sample(tensor)).counts
    if counts.cycles is None or counts.instructions is None or counts.stack_bytes is None:
        raise ThimbleError("no-counts", f"{board.title} counts no cycles", "use a virtual board")
    firmware = firmware_size(board)
    firmware_bytes = firmware.resident_bytes + firmware.base_bytes
    code = image.flash_bytes - compilation.plan.flash.weights_bytes - firmware_bytes
    return Count(compilation, counts.cycles[0], counts.instructions[0], counts.stack_bytes, code)


def sample(tensor: Tensor) -> Array:
    """An input: zeros, but noise in float, where software multiplies and adds zeros much faster."""
    shape = (1, *tensor.shape[1:])
    if tensor.dtype is DType.FLOAT32:
        return np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return np.zeros(shape, tensor.dtype.numpy)


def figures_of(model: Path, board: Board) -> dict[str, float]:
    """What was measured of the peers, for a network of these shapes."""
    name = PEERS["same_shapes"].get(model.stem, model.stem)
    figures: dict[str, float] = PEERS.get(name, {}).get(board.id, {})
    return figures


def best_peer(model: Path, board: Board) -> float | None:
    """Instructions of the best peer, or None where none was measured."""
    figures = figures_of(model, board)
    known = [figures[peer] * 1e6 for peer in ("tflm", "onnx2c", "best") if peer in figures]
    return min(known, default=None)


def number_type(graph: Graph) -> DType:
    """Of most of the weights: int8 or float."""
    weights = (t for t in graph.tensors.values() if t.is_constant)
    return DType.INT8 if any(t.dtype is DType.INT8 for t in weights) else DType.FLOAT32


def missed(model: Path, done: Count, ratio: float | None) -> list[str]:
    """The limits that are not kept, in words."""
    arena, found = done.compilation.plan.arena, []
    dtype, cpu = number_type(done.compilation.graph), done.compilation.board.cpu
    most = RATIOS.get((dtype, cpu))
    if ratio is not None and most is not None and ratio > most:
        found.append(f"instructions above {most:.2f} of the best peer's")
    ram = figures_of(model, done.compilation.board).get("ram_bytes")
    if ram is not None and arena.arena_bytes > ram:
        found.append(f"arena above the best peer's {ram:,}")
    limit = SRAM_PART * arena.lower_bound_bytes + SRAM_BYTES
    if arena.arena_bytes > limit:
        found.append(f"arena above {limit:,.0f}")
    if done.code_bytes > CODE_BYTES[dtype]:
        found.append(f"code above {CODE_BYTES[dtype]:,}")
    return found


def alone(graph: Graph, op: Op) -> Graph:
    """The network of this operator only."""
    activations = tuple(n for n in op.inputs if not graph.tensors[n].is_constant)
    names = (*op.inputs, *op.outputs)
    tensors = {n: graph.tensors[n] for n in names}
    return replace(graph, tensors=tensors, ops=(op,), inputs=activations, outputs=op.outputs)


def print_layers(graph: Graph, board: Board) -> None:
    """A line for each layer, built and run alone, with the kernel that it takes then. Layers without code are
    left out."""
    graph = run_passes(graph)
    print(
        f"    {'layer':28} {'function':28} {'instructions':>12} {'cycles':>12} {'per MAC':>8} {'estimate':>8}"
    )
    for op in (layer.op for layer in compile_model(graph, board).layers if layer.function):
        line = f"    {op.name[-28:]:28}"
        try:
            one = count(alone(graph, op), board)
        except (CodegenError, ThimbleError) as error:
            print(f"{line} not run alone: {error}")
            continue
        (layer,), work = one.compilation.layers, macs(graph, op)
        per_mac = f"{one.instructions / work:8.2f}" if work else f"{'':8}"
        print(
            f"{line} {layer.function.removeprefix('thimble_'):28} {one.instructions:12,} {one.cycles:12,}"
            f" {per_mac} {layer.cycles / one.cycles:8.2f}"
        )


def print_model(model: Path, board: Board, layers: bool) -> bool:
    """A line for a model, and its layers when asked; whether it could be built and keeps all limits."""
    line = f"{model.stem[:24]:24} {board.id:12}"
    try:
        graph = load_graph(model)
        done = count(graph, board)
    except (CodegenError, ThimbleError) as error:
        print(f"{line} {error}")
        return False
    peer, plan = best_peer(model, board), done.compilation.plan
    arena, weights = plan.arena, plan.flash.weights_bytes
    ratio = done.instructions / peer if peer else None
    told = f"{'-':>6}" if ratio is None else f"{ratio:6.3f}"
    limit, missing = CODE_BYTES[number_type(done.compilation.graph)], missed(model, done, ratio)
    print(
        f"{line} {done.instructions:12,} {done.cycles:12,} {told} {arena.arena_bytes:8,}"
        f" {arena.lower_bound_bytes:8,} {weights:9,} {done.code_bytes:7,} {limit:7,} {done.stack_bytes:6,}"
        f" {'; '.join(missing) or 'kept'}",
        flush=True,
    )
    if layers:
        print_layers(graph, board)
    return not missing


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL")
    parser.add_argument("--models", type=Path, dest="folder", help="take every model file of this folder")
    parser.add_argument("--board", default="virtual-pico,virtual-nano", help="boards, with commas between")
    parser.add_argument("--layers", action="store_true", help="profile the layers")
    options = parser.parse_args()
    models = list(options.models)
    if options.folder is not None:
        models += sorted(p for p in options.folder.iterdir() if p.suffix in ENDINGS)
    if not models:
        parser.error("name models, or a folder of them with --models")
    print(
        f"{'model':24} {'board':12} {'instructions':>12} {'cycles':>12} {'/ peer':>6}"
        f" {'arena':>8} {'bound':>8} {'weights':>9} {'code':>7} {'limit':>7} {'stack':>6} limits"
    )
    boards = [find_board(name) for name in options.board.split(",")]
    done = [print_model(model, board, options.layers) for model in models for board in boards]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
