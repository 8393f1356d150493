"""Targets and their linker scripts, and numbers that stand in C and in Python."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.errors import CodegenError
from codegen.targets.board import Board, all_boards, find_board
from codegen.targets.registry import TARGETS, find_target, memory_layout
from codegen.targets.target import FIRMWARE, CodeIn, WeightsIn
from core.boards import protocol
from core.boards.emulator.mcu import cortex_m0plus

CHIPS = [board for board in all_boards().values() if find_target(board).layout is not None]
each_chip = pytest.mark.parametrize("board", CHIPS, ids=lambda board: board.id)
PICO = find_board("virtual-pico")


def script(board: Board, weights_in: WeightsIn, stack_bytes: int = 2048) -> str:
    return memory_layout(board).linker_script(weights_in, stack_bytes)


def section(script: str, name: str) -> str:
    found = re.search(rf"\{name} .*?\{{(.*?)\}}", script, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_picos_weights_go_where_they_are_wanted() -> None:
    ram, flash = script(PICO, WeightsIn.RAM), script(PICO, WeightsIn.FLASH)
    assert ".model_weights" in section(ram, ".data")
    assert ".model_weights" not in section(flash, ".data")
    assert section(flash, ".model_weights").strip()
    assert not section(ram, ".model_weights").strip()


def test_a_target_without_a_place_for_weights_in_ram_refuses_them() -> None:
    with pytest.raises(ValueError, match="no place for weights in ram"):
        script(find_board("virtual-nano"), WeightsIn.RAM)


@each_chip
def test_every_place_for_the_weights_has_its_script(board: Board) -> None:
    target = find_target(board)
    assert target.weights_in
    for weights_in in target.weights_in:
        text = script(board, weights_in)
        assert "@" not in text
        assert text.count(".model_weights.*") == 1


@each_chip
def test_code_is_where_the_target_says(board: Board) -> None:
    data = section(script(board, find_target(board).weights_in[0]), ".data")
    assert (".text" in data) == (find_target(board).code_in is CodeIn.RAM)


@each_chip
def test_the_stack_is_first_in_ram_and_as_large_as_asked(board: Board) -> None:
    text = script(board, WeightsIn.FLASH, 4096)
    assert ". += 4096;" in section(text, ".stack")
    assert text.index(".stack") < text.index(".data")


@pytest.mark.parametrize("stack_bytes", [0, -8, 1001])
def test_a_bad_stack_is_refused(stack_bytes: int) -> None:
    with pytest.raises(ValueError, match="multiple of 8"):
        script(PICO, WeightsIn.RAM, stack_bytes)


def memory(text: str, name: str) -> tuple[int, int]:
    """Origin and length of a region; the length may be a difference."""
    found = re.search(rf"{name} \(\w+\) : ORIGIN = (\w+), LENGTH = (\w+)(?: - (\w+))?", text)
    assert found is not None
    return int(found[1], 0), int(found[2], 0) - int(found[3] or "0", 0)


@each_chip
def test_memory_is_the_boards(board: Board) -> None:
    text, layout = script(board, WeightsIn.FLASH), memory_layout(board)
    origin, length = memory(text, "FLASH")
    assert origin == layout.vectors
    assert origin + length == layout.flash_origin + board.flash_bytes
    assert memory(text, "RAM") == (layout.sram_origin, layout.sram_bytes)
    assert layout.sram_bytes == board.sram_bytes


def test_limits_are_the_published_ones() -> None:
    limits = {board.id: (board.flash_bytes, board.sram_bytes) for board in CHIPS}
    assert limits["virtual-pico"] == (2_097_152, 270_336)
    assert limits["virtual-nano"] == (983_040, 262_144)
    assert memory_layout(find_board("virtual-nano")).flash_origin == 0x10000


@each_chip
def test_clock_and_name_are_the_boards(board: Board) -> None:
    (start,) = (path for path in find_target(board).sources if path.name == "start.c")
    text = start.read_text()
    assert f"board_clock_hz = {board.clock_hz}u" in text
    assert f'board_id[16] = "{board.target}"' in text


def test_every_board_has_a_target() -> None:
    assert {board.target for board in all_boards().values()} == set(TARGETS)
    for target in TARGETS.values():
        assert all(path.is_file() for path in target.sources)


def test_an_unknown_target_is_told() -> None:
    with pytest.raises(CodegenError) as caught:
        find_target(replace(PICO, target="abacus"))
    assert caught.value.code == "unknown-target"


def test_the_host_has_no_addresses() -> None:
    with pytest.raises(CodegenError) as caught:
        memory_layout(find_board("host"))
    assert caught.value.code == "no-microcontroller"


def c_constants(path: Path) -> dict[str, int]:
    text = path.read_text()
    found = re.findall(r"^\s+([A-Z_]+) = (\w+),", text, re.MULTILINE)
    found += re.findall(r"^#define ([A-Z_]+) (\d+)u", text, re.MULTILINE)
    return {name: int(value, 0) for name, value in found}


def test_c_and_python_agree_on_the_protocol() -> None:
    c = c_constants(FIRMWARE / "protocol.h")
    assert c["PROTOCOL_VERSION"] == protocol.VERSION
    assert c["RESPONSE_BIT"] == protocol.RESPONSE_BIT
    frames = {f"REQUEST_{kind.name}": kind.value for kind in protocol.FrameType if kind < 0x4000}
    assert {name: c[name] for name in c if name.startswith("REQUEST_")} == frames
    assert c["ACKNOWLEDGE"] == protocol.FrameType.ACKNOWLEDGE
    assert c["RESPONSE_ERROR"] == protocol.FrameType.ERROR
    errors = {f"ERROR_{error.name}": error.value for error in protocol.BoardError}
    assert {name: c[name] for name in c if name.startswith("ERROR_")} == {"ERROR_NONE": 0, **errors}
    assert c_constants(FIRMWARE / "frame.h")["FRAME_CHUNK_BYTES"] == protocol.CHUNK_BYTES


def test_the_emulator_imports_nothing_of_ours() -> None:
    folder = Path(cortex_m0plus.__file__).parents[1]
    for path in folder.rglob("*.py"):
        imports = re.findall(r"^\s*(?:from|import) ([\w.]+)", path.read_text(), re.MULTILINE)
        ours = [name for name in imports if name.split(".")[0] in {"core", "codegen", "gui"}]
        assert ours == []
    assert "MIT License" in (folder / "LICENSE").read_text()
