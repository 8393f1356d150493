"""How long a plan takes: MobileNetV2 (width 1, 96x96 pixels, 1000 classes), its order of execution and the
places of its tensors and scratch memory:

    python -m benchmarks.plan_speed [--planner auto,greedy,first-fit,exact] [--repeat 20]

Prints for each planner the fastest of the repetitions in milliseconds, its ratio to the limit of the default
planner, the arena beside the lower bound, and what is proven. Ends with 1 when the default takes longer.
"""

from __future__ import annotations

import argparse
import sys
import time

from codegen.graph import Add, Conv2D, Dense, DepthwiseConv2D, DType, Graph, Mean, Op, Softmax, Tensor
from codegen.plan import DEFAULT_PLANNER, PLANNERS, ArenaPlan, in_lowest_order, plan_arena

LIMIT_MS = 100.0
#: Channels, repetitions and stride of the inverted residuals (Sandler et al., 2018, table 2).
_BLOCKS = ((24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
_EXPANSION = 6
#: Of each convolution, as kernels with im2col ask for it.
_SCRATCH_BYTES = 1024


class _Network:
    """Operators and shapes; the planner asks for no weights."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        self.tensors = {"x": Tensor("x", (1, height, width, channels), DType.INT8)}
        self.ops: list[Op] = []
        self.last = "x"

    def add(self, kind: type[Op], shape: tuple[int, ...], *more: str) -> str:
        name = f"t{len(self.ops)}"
        self.tensors[name] = Tensor(name, (1, *shape), DType.INT8)
        self.ops.append(kind(f"{kind.__name__}{len(self.ops)}", (self.last, *more), (name,)))
        self.last = name
        return name

    def conv(self, channels: int, stride: int = 1, kind: type[Op] = Conv2D) -> str:
        _, height, width, _ = self.tensors[self.last].shape
        return self.add(kind, (-(-height // stride), -(-width // stride), channels))

    def inverted_residual(self, channels: int, stride: int) -> None:
        before, (*_, given) = self.last, self.tensors[self.last].shape
        self.conv(_EXPANSION * given)
        self.conv(_EXPANSION * given, stride, DepthwiseConv2D)
        self.conv(channels)
        if stride == 1 and given == channels:
            self.add(Add, self.tensors[before].shape[1:], before)


def mobilenet_v2() -> Graph:
    """65 operators, 10 of them sums over a branch."""
    network = _Network(96, 96, 3)
    network.conv(32, 2)
    network.conv(32, 1, DepthwiseConv2D)
    network.conv(16)
    for channels, repetitions, stride in _BLOCKS:
        for number in range(repetitions):
            network.inverted_residual(channels, stride if number == 0 else 1)
    network.conv(1280)
    network.add(Mean, (1280,))
    network.add(Dense, (1000,))
    network.add(Softmax, (1000,))
    return Graph("mobilenet_v2", network.tensors, tuple(network.ops), ("x",), (network.last,))


def plan(graph: Graph, planner: str) -> ArenaPlan:
    """Order and places, with sums and softmax over their inputs."""
    in_place = frozenset(op.name for op in graph.ops if isinstance(op, Add | Softmax))
    scratch = {op.name: _SCRATCH_BYTES for op in graph.ops if isinstance(op, Conv2D | DepthwiseConv2D)}
    return plan_arena(in_lowest_order(graph, in_place), planner, scratch, in_place)


def fastest_ms(graph: Graph, planner: str, repeat: int) -> float:
    """The shortest of so many plans, in milliseconds of this process's CPU time."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        plan(graph, planner)
        times.append(time.process_time() - start)
    return 1e3 * min(times)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--planner", default=",".join(PLANNERS), help="planners, with commas between")
    parser.add_argument("--repeat", type=int, default=20, help="plans of which the fastest counts")
    options = parser.parse_args()
    graph = mobilenet_v2()
    print(f"MobileNetV2, {len(graph.ops)} operators; limit of {DEFAULT_PLANNER}: {LIMIT_MS:.0f} ms")
    print(f"{'planner':10} {'ms':>8} {'/ limit':>8} {'arena':>9} {'bound':>9} proof")
    taken_ms = {}
    for name in options.planner.split(","):
        taken_ms[name] = fastest_ms(graph, name, options.repeat)
        found = plan(graph, name)
        print(
            f"{name:10} {taken_ms[name]:8.1f} {taken_ms[name] / LIMIT_MS:8.3f} {found.arena_bytes:9,}"
            f" {found.lower_bound_bytes:9,} {found.proof.value}"
        )
    return 1 if taken_ms.get(DEFAULT_PLANNER, 0.0) > LIMIT_MS else 0


if __name__ == "__main__":
    sys.exit(main())
