"""How fast a virtual board runs: `python benchmarks/emulator_speed.py model.tflite [board] [runs]`.

Builds the model, runs it on zeros, and prints emulated clock cycles and instructions per second of this
computer's time, without the start of the emulator and the first inferences. Where the weights do not fit into
RAM, the emulator watches the reads of its flash, and the cycles that these wait are a line of their own.
"""

from __future__ import annotations

import sys
import tempfile
import time

import numpy as np

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
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
    with tempfile.TemporaryDirectory() as folder:
        image = build_firmware(compilation, folder, cache_dir() / "compiler")
        started_s = time.perf_counter()
        run_samples(image, board, np.zeros((WARM_UP + runs, *tensor.shape[1:]), tensor.dtype.numpy), watch)
    seconds = done_s[-1] - done_s[WARM_UP - 1]
    cycles = sum(inference.cycles or 0 for inference in inferences[WARM_UP:])
    instructions = sum(inference.instructions or 0 for inference in inferences[WARM_UP:])
    waits = sum(inference.xip_cycles or 0 for inference in inferences[WARM_UP:])
    print(f"weights in                 {compilation.weights_in.value:>8}")
    print(f"start and first inference  {done_s[0] - started_s:8.2f} s")
    millions = cycles / runs / 1e6
    print(f"one inference              {seconds / runs * 1e3:8.2f} ms for {millions:.2f} million cycles")
    print(f"emulated cycles            {cycles / seconds / 1e6:8.1f} million/s")
    print(f"waiting for the flash      {waits / runs / 1e6:8.2f} million cycles beside them")
    print(f"emulated instructions      {instructions / seconds / 1e6:8.1f} million/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
