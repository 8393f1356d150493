"""What an image will weigh, before any compiler runs.

Functions are compiled one by one and without link-time optimization, so each always has the same size:
`sizes/*.json` holds what was measured with `python -m codegen.toolchain.measure` for one compiler and
CPU. What is generated for a model (constants, parameter structs, calls) follows formulas.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codegen.plan import ArenaPlan, FlashUse, MemoryPlan, SramUse
from codegen.targets.board import Board, Cpu
from codegen.targets.pico.linker_script import STACK_BYTES, WeightsIn

SIZES = Path(__file__).parent / "sizes"


@dataclass(frozen=True, slots=True)
class LayerSize:
    """What prediction needs to know of a layer: `function` is empty where there is no call."""

    function: str
    weights_bytes: int
    constants: int
    params_bytes: int


@dataclass(frozen=True, slots=True)
class SizeTable:
    """Measured sizes in bytes for one compiler and CPU.

    `resident_bytes` stays in flash (vectors, reset); `base_bytes` is the firmware with a model that does
    nothing, in flash and copied to RAM; `bss_bytes` is its zeroed data. `functions` has, for each kernel,
    the functions that it brings along, itself included, by size.
    """

    resident_bytes: int
    base_bytes: int
    bss_bytes: int
    run_bytes: int
    call_bytes: int
    functions: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Prediction:
    plan: MemoryPlan
    weights_in: WeightsIn
    layer_flash_bytes: tuple[int, ...]


@cache
def size_table(cpu: Cpu) -> SizeTable:
    """The table for zig and this CPU. The host has none of its own: it borrows the M0+ as an estimate."""
    name = Cpu.CORTEX_M0PLUS.value if cpu is Cpu.HOST else cpu.value
    raw = json.loads((SIZES / f"zig-{name}.json").read_text(encoding="utf-8"))
    return SizeTable(**{k: v for k, v in raw.items() if k != "measured_with"})


def predict(layers: tuple[LayerSize, ...], arena: ArenaPlan, board: Board) -> Prediction:
    """Flash and SRAM of the image; the weights go to RAM when all fits there, since flash is slower."""
    table = size_table(board.cpu)
    called = [layer for layer in layers if layer.function]
    brought: dict[str, int] = {}
    for layer in called:
        brought.update(table.functions[layer.function])
    code = table.base_bytes + sum(brought.values())
    if called:
        code += table.run_bytes
    code += sum(_call_bytes(layer, table) for layer in called)
    weights = sum(layer.weights_bytes for layer in layers)
    arena_bytes = -(-arena.arena_bytes // 8) * 8

    def plan(weights_in: WeightsIn) -> MemoryPlan:
        copied = code + (weights if weights_in is WeightsIn.RAM else 0)
        return MemoryPlan(
            arena=arena,
            flash=FlashUse(weights, table.resident_bytes + code),
            sram=SramUse(arena_bytes, 0, copied + table.bss_bytes, STACK_BYTES),
        )

    in_ram = plan(WeightsIn.RAM)
    fits = in_ram.sram.total_bytes <= board.sram_bytes
    per_layer = tuple(
        layer.weights_bytes + (_call_bytes(layer, table) if layer.function else 0) for layer in layers
    )
    if fits:
        return Prediction(in_ram, WeightsIn.RAM, per_layer)
    return Prediction(plan(WeightsIn.FLASH), WeightsIn.FLASH, per_layer)


def _call_bytes(layer: LayerSize, table: SizeTable) -> int:
    return table.call_bytes + layer.params_bytes
