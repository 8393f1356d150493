"""What an image will weigh, before any compiler runs.

Functions are compiled one by one and without link-time optimization, so each always has the same size:
`sizes/*.json` holds what was measured with `python -m codegen.toolchain.measure` for one compiler and
CPU. What is generated for a model (constants, parameter structs, calls) follows formulas.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from codegen.plan import ArenaPlan, FlashUse, MemoryPlan, SramUse
from codegen.targets.board import Board, Cpu
from codegen.targets.registry import find_target
from codegen.targets.target import CodeIn, Target, WeightsIn

SIZES = Path(__file__).parent / "sizes"
#: Whose sizes the tables hold.
SIZED_COMPILER = "zig"
#: An entry of the tables that put several inputs or outputs one after another: an offset and a size.
END_BYTES = 8


@dataclass(frozen=True, slots=True)
class LayerSize:
    """What prediction needs to know of a layer: `function` is empty where there is no call."""

    function: str
    weights_bytes: int
    constants: int
    params_bytes: int


@dataclass(frozen=True, slots=True)
class FirmwareSize:
    """Of a board's firmware with a model that does nothing, in bytes: `resident_bytes` are in flash alone
    (vectors, reset, and the code where it runs from there), `base_bytes` in flash and copied to RAM,
    `bss_bytes` zeroed data."""

    resident_bytes: int
    base_bytes: int
    bss_bytes: int


@dataclass(frozen=True, slots=True)
class SizeTable:
    """Measured sizes in bytes for one compiler and CPU, `firmware` by the board's id.

    `functions` has, for each kernel, the functions that it brings along, itself included, by size. What a
    model with several inputs or outputs has besides takes `ends_bytes`, and `END_BYTES` for each of them.
    """

    firmware: dict[str, FirmwareSize]
    run_bytes: int
    call_bytes: int
    ends_bytes: int
    functions: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Prediction:
    plan: MemoryPlan
    weights_in: WeightsIn
    layer_flash_bytes: tuple[int, ...]


@cache
def size_table(cpu: Cpu) -> SizeTable:
    """The table for zig and this CPU.

    The host has none of its own: it borrows the M0+ as an estimate, and for kernels that are made for another
    CPU the sizes there.
    """
    if cpu is Cpu.HOST:
        smallest = size_table(Cpu.CORTEX_M0PLUS)
        others = size_table(Cpu.CORTEX_M4F).functions
        return replace(smallest, functions={**others, **smallest.functions})
    raw = json.loads((SIZES / f"{SIZED_COMPILER}-{cpu.value}.json").read_text(encoding="utf-8"))
    firmware = {board: FirmwareSize(**sizes) for board, sizes in raw.pop("firmware").items()}
    return SizeTable(firmware=firmware, **{k: v for k, v in raw.items() if k != "measured_with"})


def firmware_size(board: Board) -> FirmwareSize:
    """The host has no firmware: it borrows that of the first board of its table, as an estimate."""
    known = size_table(board.cpu).firmware
    return known[next(iter(known)) if board.cpu is Cpu.HOST else board.id]


def predict(layers: tuple[LayerSize, ...], arena: ArenaPlan, board: Board, ends: int = 2) -> Prediction:
    """Flash and SRAM of the image; the weights go to the first of the target's places where all fits.

    `ends` counts inputs and outputs.
    """
    table, target = size_table(board.cpu), find_target(board)
    called = [layer for layer in layers if layer.function]
    brought: dict[str, int] = {}
    for layer in called:
        brought.update(table.functions[layer.function])
    code = sum(brought.values()) + (table.run_bytes if called else 0)
    code += sum(_call_bytes(layer, table) for layer in called)
    code += table.ends_bytes + ends * END_BYTES if ends > 2 else 0
    weights = sum(layer.weights_bytes for layer in layers)
    firmware = firmware_size(board)
    plans = {w: _plan(target, firmware, arena, weights, code, w) for w in target.weights_in}
    fitting = (w for w, plan in plans.items() if plan.sram.total_bytes <= board.sram_bytes)
    weights_in = next(fitting, target.weights_in[-1])
    per_layer = tuple(
        layer.weights_bytes + (_call_bytes(layer, table) if layer.function else 0) for layer in layers
    )
    return Prediction(plans[weights_in], weights_in, per_layer)


def _plan(
    target: Target, firmware: FirmwareSize, arena: ArenaPlan, weights: int, code: int, weights_in: WeightsIn
) -> MemoryPlan:
    """`code` and `weights` are the bytes that the model adds to the firmware."""
    copied = firmware.base_bytes
    copied += code if target.code_in is CodeIn.RAM else 0
    copied += weights if weights_in is WeightsIn.RAM else 0
    return MemoryPlan(
        arena=arena,
        flash=FlashUse(weights, firmware.resident_bytes + firmware.base_bytes + code),
        sram=SramUse(-(-arena.arena_bytes // 8) * 8, 0, copied + firmware.bss_bytes, target.stack_bytes),
    )


def _call_bytes(layer: LayerSize, table: SizeTable) -> int:
    return table.call_bytes + layer.params_bytes
