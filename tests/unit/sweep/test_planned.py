"""A finished run on the boards: predictions, estimates, and reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.compiler import compile_model
from codegen.frontends import load_graph
from core.boards.catalogue import board_named
from core.errors import ThimbleError
from core.sweep.planned import on_board
from tests.unit.cli.models import write_int8_tflite


def test_it_is_the_plan_of_the_compiler(tmp_path: Path) -> None:
    model = write_int8_tflite(tmp_path / "m.tflite")
    board = board_named("virtual-pico")
    compilation = compile_model(load_graph(model), board)
    planned = on_board(model, "virtual-pico")
    assert planned.fits
    assert planned.reason is None
    assert planned.flash_bytes == compilation.plan.flash.total_bytes
    assert planned.sram_bytes == compilation.plan.sram.total_bytes
    cycles = sum(layer.cycles for layer in compilation.layers)
    assert planned.latency_s == pytest.approx(cycles / board.clock_hz)
    assert board.power_profile is not None
    assert planned.energy_j == pytest.approx(planned.latency_s * board.power_profile.active_w)


def test_what_cannot_be_built_has_a_reason(tmp_path: Path) -> None:
    model = write_int8_tflite(tmp_path / "m.tflite", last="L2_POOL_2D")
    planned = on_board(model, "virtual-pico")
    assert not planned.fits
    assert planned.flash_bytes is planned.latency_s is None
    assert planned.reason is not None
    assert planned.reason.what


def test_a_board_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError):
        on_board(write_int8_tflite(tmp_path / "m.tflite"), "moon")
