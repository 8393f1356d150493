"""The linker script, and numbers that stand in C and in Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegen.targets.board import find_board
from codegen.targets.pico import linker_script as pico
from codegen.targets.pico.linker_script import WeightsIn, linker_script
from core.boards import protocol
from core.boards.emulator.mcu import thumb

FIRMWARE = pico.FIRMWARE
PICO = find_board("virtual-pico")


def section(script: str, name: str) -> str:
    found = re.search(rf"\{name} .*?\{{(.*?)\}}", script, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_weights_go_where_they_are_wanted() -> None:
    ram, flash = linker_script(WeightsIn.RAM), linker_script(WeightsIn.FLASH)
    assert ".model_weights" in section(ram, ".data")
    assert ".model_weights" not in section(flash, ".data")
    assert section(flash, ".model_weights").strip()
    assert not section(ram, ".model_weights").strip()
    assert "@" not in ram + flash


def test_the_stack_is_first_in_ram_and_as_large_as_asked() -> None:
    script = linker_script(WeightsIn.RAM, 4096)
    assert ". += 4096;" in section(script, ".stack")
    assert script.index(".stack") < script.index(".data")


@pytest.mark.parametrize("stack_bytes", [0, -8, 1001])
def test_a_bad_stack_is_refused(stack_bytes: int) -> None:
    with pytest.raises(ValueError, match="multiple of 8"):
        linker_script(WeightsIn.RAM, stack_bytes)


def test_memory_is_the_boards() -> None:
    script = linker_script(WeightsIn.RAM)
    assert "LENGTH = 0x42000" in script
    assert "LENGTH = 0x200000 - 0x100" in script
    assert PICO.sram_bytes == 0x42000
    assert PICO.flash_bytes == 0x200000


def test_the_clock_is_the_boards() -> None:
    start = (pico.HERE / "start.c").read_text()
    assert f"board_clock_hz = {PICO.clock_hz}u" in start
    assert f'board_id[16] = "{PICO.target}"' in start


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
    folder = Path(thumb.__file__).parents[1]
    for path in folder.rglob("*.py"):
        imports = re.findall(r"^\s*(?:from|import) ([\w.]+)", path.read_text(), re.MULTILINE)
        ours = [name for name in imports if name.split(".")[0] in {"core", "codegen", "gui"}]
        assert ours == []
    assert "MIT License" in (folder / "LICENSE").read_text()
