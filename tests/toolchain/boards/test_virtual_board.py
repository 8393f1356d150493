"""The real firmware with a small model, on the emulator, over the socket."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import numpy as np
import pytest

from codegen.targets.target import WeightsIn
from core.boards import protocol
from core.boards.protocol import Frame, FrameReader, FrameType
from core.boards.session import run_samples
from core.boards.virtual import VirtualBoard
from core.errors import ThimbleError
from tests.toolchain.boards.fake_model import (
    INPUT_BYTES,
    OUTPUT_BYTES,
    PICO,
    FakeImage,
    build_for,
    expected_output,
    misbehaving,
)

pytestmark = pytest.mark.toolchain

RECURSION = """__attribute__((noinline, optnone)) static int deep(int n)
{
    volatile int8_t pad[256];
    pad[0] = (int8_t)n;
    return n < 100 ? deep(n + 1) + pad[0] : 0;
}"""


def random_samples(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(-128, 128, (count, INPUT_BYTES), dtype=np.int8)


def test_outputs_are_the_models(pico_image: FakeImage) -> None:
    x = random_samples(3)
    seen: list[int] = []
    result = run_samples(pico_image, PICO, x, lambda inference: seen.append(inference.index))
    for output, sample in zip(result.outputs, x, strict=True):
        np.testing.assert_array_equal(output, expected_output(sample))
    assert seen == [0, 1, 2]
    assert result.estimated
    assert result.startup_s > 0


def test_counts_are_deterministic_and_plausible(pico_image: FakeImage) -> None:
    x = np.repeat(random_samples(1), 2, axis=0)
    first, second = (run_samples(pico_image, PICO, x) for _ in range(2))
    assert first.cycles is not None
    assert first.instructions is not None
    assert first.cycles == second.cycles
    assert first.instructions == second.instructions
    assert first.cycles[0] == first.cycles[1]
    # At least a load, a multiplication and an addition for each of the 4 products of an output.
    assert 12 * OUTPUT_BYTES < first.instructions[0] < first.cycles[0] < 3 * first.instructions[0]
    assert first.latencies_s[0] == first.cycles[0] / PICO.clock_hz


def test_instructions_are_counted_exactly(tmp_path: Path) -> None:
    """A loop written in assembly, counted by hand from the manual's table."""
    loops = 1000
    body = f"""__asm__ volatile(
        "movs r0, #{loops >> 3}\\n lsls r0, r0, #3\\n"
        "1: muls r1, r0, r1\\n subs r0, r0, #1\\n bne 1b\\n bx lr");"""
    source = misbehaving(body).replace("void model_run", "__attribute__((naked)) void model_run")
    image = build_for(PICO, tmp_path, source)
    result = run_samples(image, PICO, random_samples(1))
    call_and_return = (3, 3 + 2 + 3)  # bl model_run, bx lr, bl timing_end
    setup = (2, 2)
    loop = (3 * loops, loops * (1 + 1) + (loops - 1) * 2 + 1)
    assert result.instructions == (loop[0] + setup[0] + call_and_return[0],)
    assert result.cycles == (loop[1] + setup[1] + call_and_return[1],)


def test_stack_use_is_reported(tmp_path: Path, pico_image: FakeImage) -> None:
    hungry = misbehaving("volatile int8_t big[1024]; for (int i = 0; i < 1024; i++) big[i] = 1;")
    modest = run_samples(pico_image, PICO, random_samples(1)).counts.stack_bytes
    large = run_samples(build_for(PICO, tmp_path, hungry), PICO, random_samples(1)).counts.stack_bytes
    assert modest is not None
    assert large is not None
    assert 32 < modest < 1024
    assert 1024 < large < 1024 + modest + 64


def test_weights_in_flash_give_the_same(tmp_path: Path) -> None:
    x = random_samples(1)
    image = build_for(PICO, tmp_path, weights_in=WeightsIn.FLASH)
    np.testing.assert_array_equal(run_samples(image, PICO, x).outputs[0], expected_output(x[0]))


@pytest.mark.parametrize(
    ("statements", "file_scope", "says"),
    [
        ("deep(1);", RECURSION, "its stack overflowed"),
        ("(void)*(volatile int *)0x30000000;", "", "it read where the board has no memory"),
        ("(void)*(volatile int *)0x20042000;", "", "it read where the board has no memory"),
        ("*(volatile int *)0x40000000 = 1;", "", "it wrote where the board has no memory"),
        ("*(volatile int *)0x10000200 = 1;", "", "it wrote into the flash"),
        ("((void (*)(void))0x30000001)();", "", "it jumped to where there is no code"),
        ('__asm__ volatile(".short 0xde00");', "", "no instruction of this CPU"),
        ('__asm__ volatile(".short 0xb101");', "", "no instruction of this CPU"),  # CBZ: ARMv7-M only
        ('__asm__ volatile("bkpt 1");', "", "the CPU took an exception"),
    ],
)  # fmt: skip
def test_a_failing_program_is_explained(tmp_path: Path, statements: str, file_scope: str, says: str) -> None:
    image = build_for(PICO, tmp_path, misbehaving(statements, file_scope))
    with pytest.raises(ThimbleError, match=says) as caught:
        run_samples(image, PICO, random_samples(1))
    assert caught.value.code == "virtual-board-fault"
    assert caught.value.hint


@pytest.mark.parametrize("access", ["ldr r0, [%0]", "ldrh r0, [%0]", "str r0, [%0]", "ldm %0!, {r0}"])
def test_unaligned_accesses_can_be_found(tmp_path: Path, access: str) -> None:
    body = f'int *p = (int *)0x20000101; __asm__ volatile("{access}" : "+l"(p) :: "r0");'
    image = build_for(PICO, tmp_path, misbehaving(body))
    with VirtualBoard(PICO, image.elf, check_alignment=True) as running:
        running.link.hello()
        running.link.load_input(bytes(INPUT_BYTES))
        with pytest.raises(ThimbleError, match=r"it accessed memory at an odd place .*20000101"):
            running.link.run()


def test_aligned_programs_pass_the_strict_check(pico_image: FakeImage) -> None:
    with VirtualBoard(PICO, pico_image.elf, check_alignment=True) as running:
        running.link.hello()
        running.link.load_input(bytes(INPUT_BYTES))
        running.link.run()
        assert len(running.link.read_output(OUTPUT_BYTES)) == OUTPUT_BYTES


def test_a_fault_tells_where(tmp_path: Path) -> None:
    image = build_for(PICO, tmp_path, misbehaving("(void)*(volatile int *)0x30000000;"))
    with pytest.raises(ThimbleError, match=r"at 0x2000[0-9a-f]{4}, address 0x30000000"):
        run_samples(image, PICO, random_samples(1))


def test_no_bootloader(pico_image: FakeImage) -> None:
    with VirtualBoard(PICO, pico_image.elf) as running:
        running.link.hello()
        with pytest.raises(ThimbleError, match="cannot do that"):
            running.link.reboot_to_bootloader()
        running.link.counters()  # and the session goes on


def test_requests_out_of_order_are_refused(pico_image: FakeImage) -> None:
    with VirtualBoard(PICO, pico_image.elf) as running:
        link = running.link
        link.hello()
        for refused in (link.run, lambda: link.read_output(1)):
            with pytest.raises(ThimbleError, match="not ready"):
                refused()
        link.load_input(bytes(INPUT_BYTES - 1))
        with pytest.raises(ThimbleError, match="not ready"):
            link.run()
        link.load_input(bytes(INPUT_BYTES))
        link.run()
        with pytest.raises(ThimbleError, match="bad range"):
            link.read_output(OUTPUT_BYTES + 1)
        with pytest.raises(ThimbleError, match="not ready"):
            link.run()  # the input is spent
        with pytest.raises(ThimbleError, match="bad range"):
            link.load_input(bytes(INPUT_BYTES + 1))


def test_another_program_is_noticed(tmp_path: Path, pico_image: FakeImage) -> None:
    other = FakeImage(tmp_path / "other.elf")
    content = pico_image.elf.read_bytes()
    digest = bytes([7, *range(1, 19)]).ljust(32, b"\0")
    assert digest in content
    with VirtualBoard(PICO, pico_image.elf) as running:
        from core.boards.session import check_identity

        hello = running.link.hello()
        check_identity(hello, pico_image, PICO)
        other.elf.write_bytes(content.replace(digest, bytes(32)))
        with pytest.raises(ThimbleError) as caught:
            check_identity(hello, other, PICO)
    assert caught.value.code == "wrong-program"


@pytest.mark.parametrize("content", [b"", b"not a program", b"\x7fELF\x02\x01" + bytes(100)])
def test_no_program_no_board(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.elf").write_bytes(content)
    with pytest.raises(ThimbleError) as caught, VirtualBoard(PICO, tmp_path / "x.elf"):
        pass
    assert caught.value.code == "virtual-board-start"


class Wire:
    """Frames to the emulated board, byte by byte as the test likes."""

    def __init__(self, running: VirtualBoard) -> None:
        self.socket: socket.socket = running._connection  # type: ignore[assignment]
        self.socket.settimeout(30)
        self.reader = FrameReader()

    def send(self, kind: int, sequence: int, payload: bytes = b"") -> None:
        self.socket.sendall(protocol.encode(Frame(kind, sequence, payload)))

    def receive(self, count: int) -> list[Frame]:
        frames: list[Frame] = []
        while len(frames) < count:
            frames.extend(self.reader.feed(self.socket.recv(4096)))
        assert self.reader.damaged == 0
        return frames


def test_the_firmware_drops_damage_and_repetitions(pico_image: FakeImage) -> None:
    with VirtualBoard(PICO, pico_image.elf) as running:
        wire = Wire(running)
        good = protocol.encode(Frame(FrameType.COUNTERS, 5))
        wire.socket.sendall(
            b"\xff\x01\0noise\0" + b"\x55" * 5000 + b"\0" + good[:7] + b"\0" + good[:-4] + b"\0"
        )
        flipped = bytearray(good)
        flipped[5] ^= 0x40
        wire.socket.sendall(bytes(flipped) + good)
        acknowledged, response = wire.receive(2)
        assert (acknowledged.kind, acknowledged.sequence) == (FrameType.ACKNOWLEDGE, 5)
        assert (response.kind, response.sequence) == (FrameType.COUNTERS | protocol.RESPONSE_BIT, 5)

        for offset in range(0, INPUT_BYTES, 500):
            piece = bytes(min(500, INPUT_BYTES - offset))
            wire.send(FrameType.LOAD_INPUT, 100 + offset, protocol.pack_load(offset, piece))
            wire.send(FrameType.LOAD_INPUT, 100 + offset, protocol.pack_load(offset, piece))
            first, again = wire.receive(4)[1::2]
            assert first == again
            assert first.kind == FrameType.LOAD_INPUT | protocol.RESPONSE_BIT
        wire.send(FrameType.RUN, 7)
        wire.send(FrameType.RUN, 7)
        wire.send(FrameType.COUNTERS, 8)
        frames = wire.receive(6)
        assert frames[1] == frames[3]
        assert protocol.Counters.unpack(frames[5].payload).runs == 1  # not done twice


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        (77, b"", 1),
        (FrameType.HELLO, b"x", 2),
        (FrameType.LOAD_INPUT, b"abc", 2),
        (FrameType.RUN, b"x", 2),
        (FrameType.READ_OUTPUT, b"", 2),
        (FrameType.COUNTERS, b"x", 2),
        (FrameType.BOOTLOADER, b"x", 2),
        (FrameType.LOAD_INPUT, protocol.pack_load(1, b"x"), 3),
        (FrameType.LOAD_INPUT, protocol.pack_load(0xFFFFFFFF, b"x"), 3),
        (FrameType.READ_OUTPUT, struct.pack("<IH", 0, 1), 4),
        (FrameType.BOOTLOADER, b"", 5),
    ],
)
def test_bad_requests_get_their_error(pico_image: FakeImage, kind: int, payload: bytes, code: int) -> None:
    with VirtualBoard(PICO, pico_image.elf) as running:
        wire = Wire(running)
        wire.send(kind, 1, payload)
        _, response = wire.receive(2)
        assert response.kind == FrameType.ERROR
        assert protocol.unpack_error(response.payload) == (code, kind)


def test_readings_outside_the_output_are_refused(pico_image: FakeImage) -> None:
    with VirtualBoard(PICO, pico_image.elf) as running:
        running.link.hello()
        running.link.load_input(bytes(INPUT_BYTES))
        running.link.run()
        wire = Wire(running)
        for offset, length in ((OUTPUT_BYTES, 1), (0xFFFFFFFF, 2), (0, 513), (OUTPUT_BYTES - 1, 2)):
            wire.send(FrameType.READ_OUTPUT, offset & 0xFFF, protocol.pack_read(offset, length))
            assert protocol.unpack_error(wire.receive(2)[1].payload)[0] == 3
