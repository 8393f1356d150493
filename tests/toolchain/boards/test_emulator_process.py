"""The emulator as a program: what it prints, when it ends, and that its counts are right."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import unicorn

from core.boards import protocol
from core.boards.emulator.mcu.cortex_m0plus import decode
from core.boards.emulator.mcu.counter import build_library
from core.boards.emulator.mcu.elf import read_segments
from core.boards.emulator.mcu.machine import Machine, Memory
from core.boards.protocol import Frame, FrameReader, FrameType
from core.boards.session import run_samples
from core.boards.virtual import EMULATOR
from tests.toolchain.boards.fake_model import (
    INPUT_BYTES,
    OUTPUT_BYTES,
    PICO,
    FakeImage,
    build_for,
    misbehaving,
)

pytestmark = pytest.mark.toolchain


def command(image: FakeImage, cache: Path, *more: str) -> list[str]:
    sizes = ("--flash-bytes", str(PICO.flash_bytes), "--sram-bytes", str(PICO.sram_bytes))
    return [sys.executable, str(EMULATOR), "--elf", str(image.elf), *sizes, "--cache-dir", str(cache), *more]


def start(image: FakeImage, cache: Path, *more: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command(image, cache, *more), text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def message(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def test_it_takes_one_client_and_ends_with_it(pico_image: FakeImage, tmp_path: Path) -> None:
    with start(pico_image, tmp_path) as process:
        address = ("127.0.0.1", message(process)["port"])
        with socket.create_connection(address) as client:
            client.sendall(protocol.encode(Frame(FrameType.HELLO, 1)))
            assert client.recv(1)
            with pytest.raises(OSError, match=r"."), socket.create_connection(address, timeout=5) as second:
                second.recv(1)
        assert process.wait(60) == 0


def test_it_ends_when_its_input_closes(pico_image: FakeImage, tmp_path: Path) -> None:
    with start(pico_image, tmp_path) as process:
        message(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0


def test_it_does_not_wait_for_ever(pico_image: FakeImage, tmp_path: Path) -> None:
    with start(pico_image, tmp_path, "--accept-timeout-s", "0.2") as process:
        assert "port" in message(process)
        assert "error" in message(process)
        assert process.wait(60) == 1


def test_a_fault_is_told_on_its_output(tmp_path: Path) -> None:
    image = build_for(PICO, tmp_path, misbehaving("").replace("void model_init(void) {}", FAULT_AT_START))
    with start(image, tmp_path) as process:
        with socket.create_connection(("127.0.0.1", message(process)["port"])) as client:
            assert client.recv(1) == b""
        told = message(process)
        assert told["fault"] == "write-outside-memory"
        assert told["address"] == 0x30000000
        assert process.wait(60) == 2


FAULT_AT_START = "void model_init(void) { *(volatile int *)0x30000000 = 1; }"


def test_a_cache_that_cannot_be_written_is_an_error(pico_image: FakeImage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with start(pico_image, tmp_path / "file" / "cache") as process:
        assert "error" in message(process)
        assert process.wait(60) == 1


@pytest.mark.parametrize("size", ["0", "4097", "-4096", "many"])
def test_sizes_are_whole_pages(pico_image: FakeImage, tmp_path: Path, size: str) -> None:
    done = subprocess.run(
        command(pico_image, tmp_path, f"--sram-bytes={size}"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--sram-bytes" in done.stderr


def test_boards_side_by_side(pico_image: FakeImage) -> None:
    """Also the first time, when each finds that the counter is not compiled yet."""
    x = np.ones((2, INPUT_BYTES), np.int8)
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: run_samples(pico_image, PICO, x), range(3)))
    assert len({result.cycles for result in results}) == 1
    assert all(result.outputs.tobytes() == results[0].outputs.tobytes() for result in results)


def test_the_counter_is_compiled_once_and_whole(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        libraries = set(pool.map(build_library, [tmp_path / "cache"] * 3))
    assert len(libraries) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [libraries.pop().name]


class ScriptedChannel:
    """Gives the board these frames, then nothing: the machine is stopped."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.pending = b"".join(protocol.encode(frame) for frame in frames)
        self.written = b""
        self.machine: Machine | None = None

    def read(self, capacity: int) -> bytes:
        piece, self.pending = self.pending[:capacity], self.pending[capacity:]
        if not piece and self.machine is not None:
            self.machine._engine.emu_stop()
        return piece or b"\0"

    def write(self, data: bytes) -> None:
        self.written += data


class InstructionByInstruction:
    """Counts without the C code: a call for each instruction, each decoded by itself."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.instructions = self.cycles = 0
        self.after_branch: int | None = None
        machine._engine.hook_add(unicorn.UC_HOOK_CODE, self.count)

    def count(self, engine: Any, address: int, size: int, user_data: Any) -> None:
        if self.after_branch is not None:
            self.cycles += address != self.after_branch
        instruction = decode(struct.unpack(f"<{size // 2}H", engine.mem_read(address, size)), address)
        self.instructions += 1
        self.cycles += instruction.cycles
        self.after_branch = address + size if instruction.conditional else None


def test_counts_equal_those_of_every_single_instruction(pico_image: FakeImage, tmp_path: Path) -> None:
    load = [
        Frame(FrameType.LOAD_INPUT, 10 + at, protocol.pack_load(at, bytes(range(100))))
        for at in range(0, INPUT_BYTES, 100)
    ]
    channel = ScriptedChannel([*load, Frame(FrameType.RUN, 1), Frame(FrameType.COUNTERS, 2)])
    memory = Memory(0x1000_0000, PICO.flash_bytes, 0x2000_0000, PICO.sram_bytes, 0x1000_0100)
    segments = read_segments(pico_image.elf)
    library = build_library(tmp_path)
    machine = Machine("cortex-m0plus", memory, segments, channel, library, False)  # type: ignore[arg-type]
    channel.machine = machine
    singly = InstructionByInstruction(machine)
    assert machine.run().kind == "stopped"
    told = protocol.Counters.unpack(list(FrameReader().feed(channel.written))[-1].payload)
    assert told.inference.instructions is not None
    assert told.inference.instructions > 10 * OUTPUT_BYTES
    cycles, instructions = machine.counter.total
    # The block that stopped the machine was counted whole, though its last instructions did not run.
    assert 0 <= instructions - singly.instructions < 20
    assert 0 <= cycles - singly.cycles < 40
