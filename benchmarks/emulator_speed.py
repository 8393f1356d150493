"""How fast a virtual board runs: `python benchmarks/emulator_speed.py model.tflite [board] [runs]`.

Builds the model, runs it on zeros, and prints emulated clock cycles and instructions per second of this
computer's time, without the start of the emulator and the first inferences. On a busy computer these are
fewer; of the processor's time alone, and as a multiple of what the same network takes as a program of this
computer, less so. Where the weights do not fit into RAM, the emulator watches the reads of its flash, and the
cycles that these wait are a line of their own.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.graph import Array, Graph
from codegen.targets.board import find_board
from core.boards.session import Inference, run_samples
from core.paths import cache_dir

WARM_UP = 3


def main() -> int:
    if len(sys.argv) not in (2, 3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    runs = int(sys.argv[3]) if len(sys.argv) == 4 else 30
    board = find_board(sys.argv[2] if len(sys.argv) > 2 else "virtual-pico")
    graph = load_graph(sys.argv[1])
    tensor = graph.tensors[graph.inputs[0]]
    done_s: list[float] = []
    inferences: list[Inference] = []

    def watch(inference: Inference) -> None:
        done_s.append(time.perf_counter())
        inferences.append(inference)

    compilation = compile_model(graph, board)
    x = np.zeros((WARM_UP + runs, *tensor.shape[1:]), tensor.dtype.numpy)
    with tempfile.TemporaryDirectory() as folder:
        image = build_firmware(compilation, folder, cache_dir() / "compiler")
        start_s = processor_s(lambda: run_samples(image, board, x[:WARM_UP]))
        started_s = time.perf_counter()
        busy_s = processor_s(lambda: run_samples(image, board, x, watch)) - start_s
        own_s = own_latency_s(graph, x, Path(folder) / "own")
    seconds = done_s[-1] - done_s[WARM_UP - 1]
    cycles = sum(inference.cycles or 0 for inference in inferences[WARM_UP:])
    instructions = sum(inference.instructions or 0 for inference in inferences[WARM_UP:])
    waits = sum(inference.xip_cycles or 0 for inference in inferences[WARM_UP:])
    print(f"weights in                 {compilation.weights_in.value:>8}")
    print(f"start and first inference  {done_s[0] - started_s:8.2f} s")
    millions = cycles / runs / 1e6
    print(f"one inference              {seconds / runs * 1e3:8.2f} ms for {millions:.2f} million cycles")
    print(f"emulated cycles            {cycles / seconds / 1e6:8.1f} million/s")
    if busy_s > 0:
        print(f"of the processor's time    {cycles / busy_s / 1e6:8.1f} million/s")
    print(f"waiting for the flash      {waits / runs / 1e6:8.2f} million cycles beside them")
    print(f"emulated instructions      {instructions / seconds / 1e6:8.1f} million/s")
    print(f"times this computer's own  {seconds / runs / own_s:8.1f} (which takes {own_s * 1e3:.3f} ms)")
    return 0


def processor_s(run: Callable[[], object]) -> float:
    """What the emulator that `run` starts takes of a processor, to a hundredth; 0 on Windows."""
    before = os.times()
    run()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def own_latency_s(graph: Graph, x: Array, folder: Path) -> float:
    """The median of the same network's inferences as a program of this computer."""
    host = find_board("host")
    image = build_firmware(compile_model(graph, host), folder, cache_dir() / "compiler")
    return statistics.median(run_samples(image, host, x).latencies_s[WARM_UP:])


if __name__ == "__main__":
    sys.exit(main())
