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
from unicorn import arm_const

from codegen.targets.board import Board
from codegen.targets.registry import memory_layout
from core.boards import protocol
from core.boards.emulator.mcu import cortex_m4f
from core.boards.emulator.mcu.cortex_m4f_kinds import Kind
from core.boards.emulator.mcu.counter import build_library
from core.boards.emulator.mcu.cpus import CPUS
from core.boards.emulator.mcu.elf import read_segments
from core.boards.emulator.mcu.machine import Machine, Memory
from core.boards.protocol import Frame, FrameReader, FrameType
from core.boards.session import run_samples
from core.boards.virtual import EMULATOR
from tests.toolchain.boards.fake_model import (
    INPUT_BYTES,
    NANO,
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
    """Counts without the C code: a call for each instruction, each decoded by itself.

    unicorn does not call for an instruction that IT skips; the CPU takes its time for those too.
    """

    def __init__(self, machine: Machine, cpu: str) -> None:
        self.engine = machine._engine
        self.costs = CPUS[cpu].costs()
        self.loads_overlap = cpu == "cortex-m4f"
        self.instructions = self.cycles = 0
        self.taken_cycles = 0
        self.next = self.block_end = 0
        self.after_load = False
        self.engine.hook_add(unicorn.UC_HOOK_BLOCK, self.start_block)
        self.engine.hook_add(unicorn.UC_HOOK_CODE, self.execute)

    def start_block(self, engine: Any, address: int, size: int, user_data: Any) -> None:
        self.count_until(self.block_end)
        if address != self.block_end:
            self.cycles += self.taken_cycles
        self.next, self.block_end = address, address + size
        self.after_load = False

    def execute(self, engine: Any, address: int, size: int, user_data: Any) -> None:
        self.count_until(address + size)

    def count_until(self, address: int) -> None:
        while self.next < address:
            size = 4 if self.engine.mem_read(self.next, 2)[1] >= 0xE8 else 2
            code = bytes(self.engine.mem_read(self.next, size))
            cost = self.costs(code, self.next)
            assert cost.instructions == 1
            is_load = self.loads_overlap and self.is_load(code)
            self.instructions += 1
            self.cycles += cost.cycles - (is_load and self.after_load)
            self.after_load, self.taken_cycles = is_load, cost.taken_cycles
            self.next += size

    @staticmethod
    def is_load(code: bytes) -> bool:
        halfwords = struct.unpack(f"<{len(code) // 2}H", code)
        return cortex_m4f.decode(halfwords, 0).operation.kind is Kind.LOAD


def machine_of(board: Board, image: FakeImage, channel: ScriptedChannel, folder: Path) -> Machine:
    layout = memory_layout(board)
    memory = Memory(
        layout.flash_origin, board.flash_bytes, layout.sram_origin, board.sram_bytes, layout.vectors
    )
    segments, library = read_segments(image.elf), build_library(folder)
    machine = Machine(board.cpu.value, memory, segments, channel, library, False)  # type: ignore[arg-type]
    channel.machine = machine
    return machine


@pytest.mark.parametrize("board", [PICO, NANO], ids=lambda board: board.id)
def test_counts_equal_those_of_every_single_instruction(
    board: Board, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    image = request.getfixturevalue(f"{board.id.removeprefix('virtual-')}_image")
    load = [
        Frame(FrameType.LOAD_INPUT, 10 + at, protocol.pack_load(at, bytes(range(100))))
        for at in range(0, INPUT_BYTES, 100)
    ]
    channel = ScriptedChannel([*load, Frame(FrameType.RUN, 1), Frame(FrameType.COUNTERS, 2)])
    machine = machine_of(board, image, channel, tmp_path)
    singly = InstructionByInstruction(machine, board.cpu.value)
    assert machine.run().kind == "stopped"
    told = protocol.Counters.unpack(list(FrameReader().feed(channel.written))[-1].payload)
    assert told.inference.instructions is not None
    assert told.inference.instructions > 8 * OUTPUT_BYTES
    total = machine.counter.total
    # The block that stopped the machine was counted whole, though its last instructions did not run.
    assert 0 <= total.instructions - singly.instructions < 20
    assert 0 <= total.cycles - singly.cycles < 40


def test_the_nanos_start_up_undoes_what_its_bootloader_did(nano_image: FakeImage, tmp_path: Path) -> None:
    """The bootloader masks interrupts, and the FPU is off after reset."""
    machine = machine_of(NANO, nano_image, ScriptedChannel([]), tmp_path)
    machine._engine.reg_write(arm_const.UC_ARM_REG_PRIMASK, 1)
    assert not machine._system_control.fpu_is_on
    machine.run()
    assert machine._engine.reg_read(arm_const.UC_ARM_REG_PRIMASK) == 0
    assert machine._system_control.fpu_is_on
