"""A real board: ``run.py test tests/hardware --board pico [--port PORT]``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.targets.board import find_board
from core.boards.flashing.base import Surroundings
from core.boards.link import Link
from core.boards.placing import place
from core.boards.serial_transport import SerialTransport
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.unit.codegen.networks import small_lenet

pytestmark = pytest.mark.hardware

SAMPLES = 20


def test_the_board_computes_what_its_virtual_twin_does(
    tmp_path: Path, hardware_board: str, hardware_port: str | None
) -> None:
    board, twin = find_board(hardware_board), find_board(f"virtual-{hardware_board.removesuffix('33ble')}")
    x = np.random.default_rng(1).integers(-128, 128, (SAMPLES, 10, 10, 2), dtype=np.int8)
    compilation = compile_model(small_lenet(1.0), board)
    image = build_firmware(compilation, tmp_path / "real", cache_dir())
    placed = place(image, compilation, hardware_port, Surroundings(lambda part, text: print(text), log=print))
    real = run_samples(image, board, x, placed=placed)
    twins = build_firmware(compile_model(small_lenet(1.0), twin), tmp_path / "twin", cache_dir())
    virtual = run_samples(twins, twin, x)
    np.testing.assert_array_equal(real.outputs, virtual.outputs)
    assert real.cycles is not None
    assert virtual.cycles is not None
    ratio = np.mean(real.cycles) / np.mean(virtual.cycles)
    print(f"cycles on the board / estimated cycles: {ratio:.3f}; stack {real.counts.stack_bytes} bytes")
    assert real.counts.undisturbed


def test_a_board_that_runs_the_program_is_not_flashed_again_and_restarts_when_asked(
    tmp_path: Path, hardware_board: str, hardware_port: str | None
) -> None:
    board = find_board(hardware_board)
    compilation = compile_model(small_lenet(1.0), board)
    image = build_firmware(compilation, tmp_path, cache_dir())
    told: list[str] = []
    around = Surroundings(log=told.append)
    first = place(image, compilation, hardware_port, around)
    assert first.port is not None
    told.clear()
    assert place(image, compilation, first.port, around).port == first.port
    assert len(told) == 1
    with SerialTransport(first.port) as transport:
        link = Link(transport)
        link.hello()
        link.identify()
        link.reboot_to_bootloader()
    back = place(image, compilation, None, around)
    assert back.port is not None
