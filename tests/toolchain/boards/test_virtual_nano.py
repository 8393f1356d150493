"""What is different on the Arduino Nano 33 BLE Sense: another CPU, other addresses, an FPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.boards.session import run_samples
from core.boards.virtual import VirtualBoard
from core.errors import ThimbleError
from tests.toolchain.boards.fake_model import (
    INPUT_BYTES,
    NANO,
    OUTPUT_BYTES,
    FakeImage,
    build_for,
    expected_output,
    misbehaving,
)

pytestmark = pytest.mark.toolchain


def random_samples(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(-128, 128, (count, INPUT_BYTES), dtype=np.int8)


def test_outputs_and_counts(nano_image: FakeImage) -> None:
    x = random_samples(3)
    first, second = (run_samples(nano_image, NANO, x) for _ in range(2))
    for output, sample in zip(first.outputs, x, strict=True):
        np.testing.assert_array_equal(output, expected_output(sample))
    assert first.estimated
    assert first.startup_s > 0
    assert first.cycles == second.cycles
    assert first.instructions == second.instructions
    assert first.cycles is not None
    assert first.instructions is not None
    assert 0 < first.instructions[0] < first.cycles[0] < 3 * first.instructions[0]
    assert first.latencies_s[0] == first.cycles[0] / NANO.clock_hz


def test_instructions_are_counted_exactly(tmp_path: Path) -> None:
    """A loop written in assembly, counted by hand from the table in the emulator's README."""
    loops = 1000
    body = f"""__asm__ volatile(
        "movw r0, #{loops}\\n mov r2, sp\\n"
        "1: ldr r1, [r2]\\n ldr r3, [r2]\\n smlad r1, r1, r3, r1\\n"
        "subs r0, r0, #1\\n it eq\\n bxeq lr\\n b 1b");"""
    source = misbehaving(body).replace("void model_run", "__attribute__((naked)) void model_run")
    result = run_samples(build_for(NANO, tmp_path, source), NANO, random_samples(1))
    call_and_end = (2, 3 + 3)  # bl model_run, bl timing_end; the return is bxeq
    setup = (2, 2)
    once = 2 + 1 + 1 + 1 + 1 + 1  # two loads in a row, smlad, subs, it, bxeq that goes on
    loop = (7 * loops - 1, once * loops + 3 * (loops - 1) + 2)  # b, but for the last time; then bxeq returns
    assert result.instructions == (loop[0] + setup[0] + call_and_end[0],)
    assert result.cycles == (loop[1] + setup[1] + call_and_end[1],)


def test_floats_and_dsp_instructions_compute(tmp_path: Path) -> None:
    file_scope = """
        #include <arm_acle.h>
        static volatile float a = 1.5f, b = -2.25f, c = 10.0f;
        static volatile int16x2_t x = 0x00030002, y = 0x00050007;"""
    statements = """
        const float fused = a * b + c;
        arena[MODEL_INPUT_BYTES] = (int8_t)(fused * 8.0f);
        arena[MODEL_INPUT_BYTES + 1] = (int8_t)(fused / a);
        arena[MODEL_INPUT_BYTES + 2] = (int8_t)__smlad(x, y, 90);"""
    image = build_for(NANO, tmp_path, misbehaving(statements, file_scope))
    output = run_samples(image, NANO, random_samples(1)).outputs[0]
    fused = 1.5 * -2.25 + 10
    assert list(output[:3]) == [int(fused * 8), int(fused / 1.5), 2 * 7 + 3 * 5 + 90]


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ("(void)*(volatile int *)0x0000fffc;", "it read where the board has no memory"),  # the bootloader's
        ("(void)*(volatile int *)0x20040000;", "it read where the board has no memory"),
        ("*(volatile int *)0x00010200 = 1;", "it wrote into the flash"),
        ("*(volatile int *)0xe000e010 = 5;", "it wrote where the board has no memory"),  # SysTick
        ("(void)*(volatile int *)0xe000ed00;", "it read where the board has no memory"),  # CPUID
        ("*(volatile int8_t *)0x1ffffff8 = 1;", "its stack overflowed"),
        ('__asm__ volatile(".short 0xee30, 0x0b00");', "no instruction of this CPU"),  # vadd.f64
        ('*(volatile int *)0xe000ed88 = 0; __asm__ volatile("isb\\nvadd.f32 s0, s1, s2");',
         "floating-point numbers before it switched"),
        ('__asm__ volatile("bkpt 1");', "the CPU took an exception"),
    ],
)  # fmt: skip
def test_a_failing_program_is_explained(tmp_path: Path, statements: str, says: str) -> None:
    image = build_for(NANO, tmp_path, misbehaving(statements))
    with pytest.raises(ThimbleError, match=says) as caught:
        run_samples(image, NANO, random_samples(1))
    assert caught.value.code == "virtual-board-fault"


def run_strictly(image: FakeImage) -> bytes:
    with VirtualBoard(NANO, image.elf, check_alignment=True) as running:
        running.link.hello()
        running.link.load_input(bytes(INPUT_BYTES))
        running.link.run()
        return running.link.read_output(OUTPUT_BYTES)


def access(instruction: str) -> str:
    return (
        f'int *p = (int *)0x20000102; __asm__ volatile("{instruction}" : "+l"(p) :: "r0", "r1", "s0", "s1");'
    )


@pytest.mark.parametrize("instruction", ["ldm %0!, {r0, r1}", "ldrd r0, r1, [%0]", "vldr s0, [%0]"])
def test_words_that_must_be_aligned_are_found(tmp_path: Path, instruction: str) -> None:
    image = build_for(NANO, tmp_path, misbehaving(access(instruction)))
    with pytest.raises(ThimbleError, match=r"it accessed memory at an odd place .*20000102"):
        run_strictly(image)


@pytest.mark.parametrize("instruction", ["ldr r0, [%0]", "str r0, [%0]", "ldrh r0, [%0, #1]"])
def test_this_cpu_takes_other_words_wherever_they_lie(tmp_path: Path, instruction: str) -> None:
    assert len(run_strictly(build_for(NANO, tmp_path, misbehaving(access(instruction))))) == OUTPUT_BYTES


def test_watching_an_access_under_a_condition_does_not_make_what_follows_conditional(tmp_path: Path) -> None:
    statements = """
        static char byte;
        int done;
        __asm__ volatile("movs %0, #0\\n adr r2, 1f\\n adds r2, #1\\n cmp %0, #0\\n"
                         "it eq\\n strbeq %0, [%1]\\n cmp %0, #1\\n bx r2\\n"
                         ".balign 4\\n 1: mov %0, #7" : "=&l"(done) : "l"(&byte) : "r2", "cc", "memory");
        arena[MODEL_INPUT_BYTES] = (int8_t)done;"""
    assert run_strictly(build_for(NANO, tmp_path, misbehaving(statements)))[0] == 7
