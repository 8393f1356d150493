"""The decoder against the manuals: cycles from ARM DDI 0439, encodings from ARM DDI 0403."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.boards.emulator.mcu.block import BlockCost, UndefinedInstructionError
from core.boards.emulator.mcu.cortex_m4f import CortexM4F, decode

#: Assembly, halfwords and cycles; encodings as LLVM's assembler gives them.
CYCLES = {
    "lsls r0, r1, #2": ([0x0088], 1),
    "muls r0, r1, r0": ([0x4348], 1),
    "mov r8, r1": ([0x4688], 1),
    "mov pc, r1": ([0x468F], 3),
    "bx lr": ([0x4770], 3),
    "blx r3": ([0x4798], 3),
    "ldr r0, [pc, #4]": ([0x4801], 2),
    "str r0, [r1, r2]": ([0x5088], 1),
    "strb r0, [r1, r2]": ([0x5488], 1),
    "ldrsb r0, [r1, r2]": ([0x5688], 2),
    "ldrsh r0, [r1, r2]": ([0x5E88], 2),
    "ldr r0, [r1]": ([0x6808], 2),
    "str r0, [r1]": ([0x6008], 1),
    "strb r0, [r1]": ([0x7008], 1),
    "ldrb r0, [r1]": ([0x7808], 2),
    "strh r0, [r1]": ([0x8008], 1),
    "ldrh r0, [r1]": ([0x8808], 2),
    "str r0, [sp, #4]": ([0x9001], 1),
    "ldr r0, [sp, #4]": ([0x9801], 2),
    "sxtb r0, r1": ([0xB248], 1),
    "push {r4, lr}": ([0xB510], 3),
    "pop {r4}": ([0xBC10], 2),
    "pop {r4, pc}": ([0xBD10], 5),
    "stm r0!, {r1, r2}": ([0xC006], 3),
    "ldm r0!, {r1, r2, r3}": ([0xC80E], 4),
    "rev r0, r1": ([0xBA08], 1),
    "cpsie i": ([0xB662], 1),
    "nop": ([0xBF00], 1),
    "it eq": ([0xBF08], 1),
    "b .": ([0xE7FE], 3),
    "bl": ([0xF000, 0xF800], 3),
    "b.w": ([0xF000, 0xB800], 3),
    "dsb": ([0xF3BF, 0x8F4F], 1),
    "mrs r0, primask": ([0xF3EF, 0x8010], 1),
    "ldmia.w r0!, {r1, r8, r9}": ([0xE8B0, 0x0302], 4),
    "pop.w {r4-r11, pc}": ([0xE8BD, 0x8FF0], 12),
    "push.w {r4-r11, lr}": ([0xE92D, 0x4FF0], 10),
    "ldrd r0, r1, [r2]": ([0xE9D2, 0x0100], 3),
    "strd r0, r1, [r2, #8]!": ([0xE9E2, 0x0102], 3),
    "tbb [pc, r0]": ([0xE8DF, 0xF000], 4),
    "ldrex r0, [r1]": ([0xE851, 0x0F00], 2),
    "add.w r0, r1, r2, lsl #2": ([0xEB01, 0x0082], 1),
    "pkhbt r0, r1, r2": ([0xEAC1, 0x0002], 1),
    "mov.w r0, #256": ([0xF44F, 0x7080], 1),
    "movw r0, #4660": ([0xF241, 0x2034], 1),
    "ubfx r0, r1, #4, #8": ([0xF3C1, 0x1007], 1),
    "ssat r0, #8, r1": ([0xF301, 0x0007], 1),
    "ldr.w r0, [r1, #256]": ([0xF8D1, 0x0100], 2),
    "ldr r0, [r1], #4": ([0xF851, 0x0B04], 2),
    "ldrsb.w r0, [r1, #1]": ([0xF991, 0x0001], 2),
    "ldr pc, [r0]": ([0xF8D0, 0xF000], 4),
    "pld [r0]": ([0xF890, 0xF000], 1),
    "str.w r0, [r1, #256]": ([0xF8C1, 0x0100], 1),
    "sxtb16 r0, r1": ([0xFA2F, 0xF081], 1),
    "clz r0, r1": ([0xFAB1, 0xF081], 1),
    "mla r0, r1, r2, r3": ([0xFB01, 0x3002], 1),
    "smlad r0, r1, r2, r3": ([0xFB21, 0x3002], 1),
    "smull r0, r1, r2, r3": ([0xFB82, 0x0103], 1),
    "smlald r0, r1, r2, r3": ([0xFBC2, 0x01C3], 1),
    "umaal r0, r1, r2, r3": ([0xFBE2, 0x0163], 1),
    "sdiv r0, r1, r2": ([0xFB91, 0xF0F2], 7),
    "udiv r0, r1, r2": ([0xFBB1, 0xF0F2], 7),
    "vadd.f32 s0, s1, s2": ([0xEE30, 0x0A81], 1),
    "vmul.f32 s0, s1, s2": ([0xEE20, 0x0A81], 1),
    "vmla.f32 s0, s1, s2": ([0xEE00, 0x0A81], 3),
    "vfma.f32 s0, s1, s2": ([0xEEA0, 0x0A81], 3),
    "vfms.f32 s31, s1, s2": ([0xEEE0, 0xFAC1], 3),
    "vdiv.f32 s0, s1, s2": ([0xEE80, 0x0A81], 14),
    "vsqrt.f32 s0, s1": ([0xEEB1, 0x0AE0], 14),
    "vneg.f32 s0, s1": ([0xEEB1, 0x0A60], 1),
    "vcvt.s32.f32 s0, s1": ([0xEEBD, 0x0AE0], 1),
    "vcmp.f32 s0, s1": ([0xEEB4, 0x0A60], 1),
    "vmrs apsr_nzcv, fpscr": ([0xEEF1, 0xFA10], 1),
    "vmov s0, r0": ([0xEE00, 0x0A10], 1),
    "vmov r0, r1, d0": ([0xEC51, 0x0B10], 1),
    "vldr s0, [r0]": ([0xED90, 0x0A00], 2),
    "vldr d0, [r0]": ([0xED90, 0x0B00], 3),
    "vstr s0, [r0]": ([0xED80, 0x0A00], 1),
    "vldmia r0!, {s0-s3}": ([0xECB0, 0x0A04], 5),
    "vpush {d8-d9}": ([0xED2D, 0x8B04], 5),
}


def cost(*halfwords: int, cpu: CortexM4F | None = None, address: int = 0) -> BlockCost:
    code = b"".join(h.to_bytes(2, "little") for h in halfwords)
    return (cpu or CortexM4F()).block_cost(code, address)


@pytest.mark.parametrize("assembly", CYCLES)
def test_cycles(assembly: str) -> None:
    halfwords, cycles = CYCLES[assembly]
    assert decode(halfwords, 0).size_bytes == 2 * len(halfwords)
    assert cost(*halfwords) == BlockCost(1, cycles, 0, uses_fpu=assembly.startswith("v"))


@pytest.mark.parametrize(
    "halfwords",
    [
        *([0xD0FE | condition << 8] for condition in range(14)),
        [0xB108],  # cbz
        [0xB908],  # cbnz
        [0xF43F, 0xAFFE],  # beq.w
    ],
)
def test_conditional_branches_cost_more_when_taken(halfwords: list[int]) -> None:
    assert cost(*halfwords) == BlockCost(1, 1, 2)


@pytest.mark.parametrize(
    "halfwords",
    [
        [0xDE00],  # udf
        [0xF7F0, 0xA000],  # udf.w
        [0xB400],  # push nothing
        [0xBA80],  # hlt: ARMv8-M
        [0xC000],  # stm nothing
        [0xE800, 0xC000],  # srs: ARMv7-A
        [0xF000, 0xC000],  # blx to ARM code
        [0xFA00, 0x0000],  # a shift by a register has other bits here
        [0xEE30, 0x0B00],  # vadd.f64
        [0xEF00, 0x0840],  # NEON
        [0xEE10, 0x0F10],  # another coprocessor
        [0xF870, 0x0000],  # no such size
        [0xF000],  # cut off
    ],
)
def test_what_the_cpu_does_not_have(halfwords: list[int]) -> None:
    with pytest.raises(UndefinedInstructionError) as caught:
        decode(halfwords, 0x20001000)
    assert caught.value.address == 0x20001000


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_every_pattern_is_decided(first: int, second: int) -> None:
    try:
        instruction = decode([first, second], 0)
    except UndefinedInstructionError:
        return
    assert instruction.size_bytes == (4 if first >> 11 in (0x1D, 0x1E, 0x1F) else 2)
    assert 1 <= instruction.operation.cycles <= 256


def test_loads_in_a_row_overlap() -> None:
    ldr, adds, vldr = 0x6808, 0x1888, (0xED90, 0x0A00)
    assert cost(ldr, ldr, ldr).cycles == 2 + 1 + 1
    assert cost(ldr, adds, ldr).cycles == 2 + 1 + 2
    assert cost(ldr, *vldr).cycles == 2 + 1


def test_a_branch_under_it_is_conditional() -> None:
    it_eq, adds, bx_lr, pop_pc = 0xBF08, 0x1888, 0x4770, 0xBD10
    assert cost(adds, it_eq, bx_lr) == BlockCost(3, 3, 2)
    assert cost(it_eq, pop_pc) == BlockCost(2, 2, 4)  # 5 cycles when it returns
    itt_eq = 0xBF04
    assert cost(itt_eq, adds, bx_lr) == BlockCost(3, 3, 2)
    assert cost(it_eq, adds, bx_lr) == BlockCost(3, 5, 0)  # out of the reach of IT


def test_it_reaches_into_the_next_block() -> None:
    cpu = CortexM4F()
    assert cost(0xBF04, 0x1888, cpu=cpu, address=0x1FFC).taken_cycles == 0
    assert cost(0x4770, cpu=cpu, address=0x2000) == BlockCost(1, 1, 2)
    assert cost(0x4770, cpu=cpu, address=0x3000) == BlockCost(1, 3, 0)
