"""The compiler's front door: a Graph and a board in, everything but the machine code out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from codegen.errors import CodegenError, all_of
from codegen.graph import Graph, macs
from codegen.kernels import (
    Choice,
    Layer,
    LoweredLayer,
    choose_kernel,
    choose_together,
    in_place_operators,
)
from codegen.options import BuildOptions
from codegen.passes import run_passes
from codegen.plan import ArenaPlan, MemoryPlan, in_lowest_order, plan_arena, scratch_limits_bytes
from codegen.targets.board import Board, Cpu
from codegen.targets.registry import find_target
from codegen.targets.target import WeightsIn
from codegen.toolchain.prediction import SIZED_COMPILER, LayerSize, predict, size_table


@dataclass(frozen=True, slots=True, eq=False)
class Compilation:
    """A network lowered to calls of kernels and planned for one board.

    `weights_in` says where the weights lie while the program runs; `layer_flash_bytes` has an entry a
    layer: weights, tables, parameters and its call.
    """

    graph: Graph
    board: Board
    options: BuildOptions
    layers: tuple[LoweredLayer, ...]
    layer_flash_bytes: tuple[int, ...]
    plan: MemoryPlan
    weights_in: WeightsIn

    @property
    def sizes_are_estimates(self) -> bool:
        """Whether the predicted sizes are those of other compilers or CPUs than what will build the image."""
        return self.options.compiler != SIZED_COMPILER or self.board.cpu is Cpu.HOST

    @property
    def cycles(self) -> int:
        """Of one inference: an estimate."""
        return sum(layer.cycles for layer in self.layers)

    @property
    def flash_wait_cycles(self) -> int:
        """What one inference waits beside `cycles` for weights in a flash chip: an estimate of the most, with
        each layer's weights read in their order, as often as its kernel says."""
        cache = find_target(self.board).flash_cache
        if cache is None or self.weights_in is not WeightsIn.FLASH:
            return 0
        return sum(
            cache.most_wait_cycles(layer.weights_bytes, self._readings(layer)) for layer in self.layers
        )

    def _readings(self, layer: LoweredLayer) -> int:
        """How often each weight is read."""
        weight = self.graph.weight(layer.op)
        places = 1 if weight is None else macs(self.graph, layer.op) // weight.elements
        return -(-places // layer.places_at_once)

    def plan_json(self) -> dict[str, Any]:
        """The fields of ``thimble plan --json`` but for ``model``. Sizes are bytes."""
        flash, sram, arena = self.plan.flash, self.plan.sram, self.plan.arena
        overflows = self.plan.overflows(self.board)
        return {
            "board": self.board.id,
            "fits": not overflows,
            "flash": {
                "weights": flash.weights_bytes,
                "code": flash.code_bytes,
                "total": flash.total_bytes,
                "limit": self.board.flash_bytes,
            },
            "sram": {
                "arena": sram.arena_bytes,
                "scratch": sram.scratch_bytes,
                "static": sram.static_bytes,
                "stack": sram.stack_bytes,
                "total": sram.total_bytes,
                "limit": self.board.sram_bytes,
            },
            "arena": {
                "planner": arena.planner,
                "bytes": arena.arena_bytes,
                "lower_bound": arena.lower_bound_bytes,
                "proof": arena.proof.value,
                "tensors": _tensors_json(self.graph, arena),
            },
            "layers": [
                self._layer_json(*pair) for pair in zip(self.layers, self.layer_flash_bytes, strict=True)
            ],
            "overflows": [{"memory": o.memory.value, "over_bytes": o.over_bytes} for o in overflows],
            "weights_in": self.weights_in.value,
            "sizes": "estimated" if self.sizes_are_estimates else "predicted",
        }

    def _layer_json(self, layer: LoweredLayer, flash_bytes: int) -> dict[str, Any]:
        constants = [t.data for n in layer.op.inputs if (t := self.graph.tensors[n]).data is not None]
        return {
            "name": layer.op.name,
            "op": layer.op.kind,
            "macs": macs(self.graph, layer.op),
            "params": sum(int(c.size) for c in constants),
            "nonzero": sum(int(np.count_nonzero(c)) for c in constants),
            "encoding": layer.encoding,
            "flash": flash_bytes,
            "cycles": layer.cycles,
        }


def _tensors_json(graph: Graph, arena: ArenaPlan) -> list[dict[str, Any]]:
    rows = []
    for placement in arena.placements:
        buffer = placement.buffer
        producer = graph.producer(buffer.name)
        rows.append(
            {
                "name": producer.name
                if producer
                else "input"
                if graph.inputs == (buffer.name,)
                else buffer.name,
                "bytes": buffer.size_bytes,
                "offset": placement.offset,
                "first": buffer.first,
                "last": buffer.last,
            }
        )
    return rows


def compile_model(
    graph: Graph, board: Board, options: BuildOptions | None = None, kernels_for: Cpu | None = None
) -> Compilation:
    """Lower and plan `graph` for `board`, with the kernels of its own CPU, or of `kernels_for`: every kernel
    compiles for every CPU and computes the same.

    Raises CodegenError ``unsupported-operator`` naming the layer, or ``unsupported-model`` for a network
    with a batch other than 1. A network that is too large for the board is
    no error here: ask ``plan.overflows``.
    """
    options = options or BuildOptions()
    _check_ends(graph)
    graph = run_passes(graph)
    if not graph.ops:
        raise CodegenError(
            "unsupported-model",
            "the model computes nothing: no layer leads to its output",
            "export the model again, with the output of its last layer",
        )
    cpu = kernels_for or board.cpu
    in_place = in_place_operators(graph, cpu)
    graph = in_lowest_order(graph, in_place)
    choices = _choices(graph, options.encoding, cpu, scratch_limits_bytes(graph, in_place))
    layers = choose_together(choices, size_table(board.cpu).functions)
    scratch_bytes = {x.op.name: x.scratch_bytes for x in layers if x.scratch_bytes}
    arena = plan_arena(graph, options.planner, scratch_bytes, in_place)
    sizes = tuple(LayerSize(x.function, x.weights_bytes, len(x.constants), x.params_bytes) for x in layers)
    prediction = predict(sizes, arena, board, len(graph.inputs) + len(graph.outputs))
    return Compilation(
        graph=graph,
        board=board,
        options=options,
        layers=layers,
        layer_flash_bytes=prediction.layer_flash_bytes,
        plan=prediction.plan,
        weights_in=prediction.weights_in,
    )


def _choices(
    graph: Graph, encoding: str, cpu: Cpu, scratch_limits_bytes: tuple[int, ...]
) -> tuple[Choice, ...]:
    """What can compute every layer; what none can is told of all layers at once."""
    choices, refused = [], []
    for op, limit in zip(graph.ops, scratch_limits_bytes, strict=True):
        try:
            choices.append(choose_kernel(Layer(graph, op), encoding, cpu, limit))
        except CodegenError as error:
            refused.append(error)
    if refused:
        raise all_of(refused)
    return tuple(choices)


def _check_ends(graph: Graph) -> None:
    for name in graph.inputs:
        shape = graph.tensors[name].shape
        if not shape or shape[0] != 1:
            raise CodegenError(
                "unsupported-model",
                f"the model's input {shape} has a batch other than 1",
                "export it with a batch of 1",
            )
