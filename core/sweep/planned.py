"""A finished run planned for boards: what it takes and, estimated, how long. No board is needed."""

from __future__ import annotations

from pathlib import Path

from codegen.compiler import compile_model
from codegen.frontends import load_graph
from codegen.targets.board import Board
from core.bench import estimate_energy
from core.boards.catalogue import board_named
from core.errors import EXPECTED_ERRORS
from core.sweep.result import OnBoard, Reason


def on_board(model: Path, board_id: str) -> OnBoard:
    """The deployed file on a board; what cannot be built there has a reason. Raises ThimbleError
    ``unknown-board``."""
    board = board_named(board_id)
    try:
        compilation = compile_model(load_graph(model), board)
    except EXPECTED_ERRORS as error:
        return OnBoard(board_id, reason=Reason(error.code, error.what, error.hint))
    plan = compilation.plan
    latency_s = _latency_s(board, sum(layer.cycles for layer in compilation.layers))
    energy = None if latency_s is None else estimate_energy(board, latency_s)
    return OnBoard(
        board=board_id,
        fits=not plan.overflows(board),
        flash_bytes=plan.flash.total_bytes,
        flash_limit_bytes=board.flash_bytes,
        sram_bytes=plan.sram.total_bytes,
        sram_limit_bytes=board.sram_bytes,
        weights_bytes=plan.flash.weights_bytes,
        latency_s=latency_s,
        energy_j=None if energy is None else energy.energy_j,
    )


def _latency_s(board: Board, cycles: int) -> float | None:
    """None for this computer, whose cycles nobody counts."""
    return cycles / board.clock_hz if board.clock_hz else None
