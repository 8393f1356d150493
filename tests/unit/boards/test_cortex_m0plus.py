"""The decoder against the manual: ARM DDI 0484, table 3-1, encodings from ARM DDI 0419."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.boards.emulator.mcu.block import BlockCost, UndefinedInstructionError
from core.boards.emulator.mcu.cortex_m0plus import Instruction, block_cost, decode

CYCLES = {
    "lsls r0, r1, #2": ([0x0088], 1),
    "movs r0, #5": ([0x2005], 1),
    "cmp r0, #5": ([0x2805], 1),
    "adds r0, r1, r2": ([0x1888], 1),
    "ands r0, r1": ([0x4008], 1),
    "muls r0, r1, r0": ([0x4348], 1),
    "mov r8, r1": ([0x4688], 1),
    "mov pc, r1": ([0x468F], 2),
    "add pc, r1": ([0x448F], 2),
    "add r8, r1": ([0x4488], 1),
    "cmp r8, r1": ([0x4588], 1),
    "bx lr": ([0x4770], 2),
    "blx r3": ([0x4798], 2),
    "ldr r0, [pc, #4]": ([0x4801], 2),
    "str r0, [r1, r2]": ([0x5088], 2),
    "ldrsh r0, [r1, r2]": ([0x5E88], 2),
    "ldr r0, [r1]": ([0x6808], 2),
    "strb r0, [r1]": ([0x7008], 2),
    "ldrh r0, [r1]": ([0x8808], 2),
    "str r0, [sp, #4]": ([0x9001], 2),
    "add r0, pc, #4": ([0xA001], 1),
    "add r0, sp, #4": ([0xA801], 1),
    "sub sp, #8": ([0xB082], 1),
    "sxtb r0, r1": ([0xB248], 1),
    "push {r4, lr}": ([0xB510], 3),
    "push {r0-r7, lr}": ([0xB5FF], 10),
    "pop {r4}": ([0xBC10], 2),
    "pop {r4, pc}": ([0xBD10], 5),
    "pop {pc}": ([0xBD00], 4),
    "stm r0!, {r1, r2}": ([0xC006], 3),
    "ldm r0!, {r1, r2, r3}": ([0xC80E], 4),
    "rev r0, r1": ([0xBA08], 1),
    "cpsid i": ([0xB672], 1),
    "nop": ([0xBF00], 1),
    "wfi": ([0xBF30], 2),
    "b .": ([0xE7FE], 2),
    "bl": ([0xF000, 0xF800], 3),
    "dsb": ([0xF3BF, 0x8F4F], 3),
    "isb": ([0xF3BF, 0x8F6F], 3),
    "mrs r0, primask": ([0xF3EF, 0x8010], 3),
    "msr primask, r0": ([0xF380, 0x8810], 3),
}


@pytest.mark.parametrize("assembly", CYCLES)
def test_cycles(assembly: str) -> None:
    halfwords, cycles = CYCLES[assembly]
    assert decode(halfwords, 0) == Instruction(2 * len(halfwords), cycles)


@pytest.mark.parametrize("condition", range(14))
def test_conditional_branches(condition: int) -> None:
    assert decode([0xD0FE | condition << 8], 0) == Instruction(2, 1, conditional=True)


@pytest.mark.parametrize(
    "halfwords",
    [
        [0xDE00],  # udf
        [0xB101],  # cbz: ARMv7-M
        [0xBF08],  # it eq: ARMv7-M
        [0xB400],  # push nothing
        [0xBC00],  # pop nothing
        [0xC800],  # ldm nothing
        [0xE800, 0x0000],  # 32-bit: ARMv7-M
        [0xEA4F, 0x0001],  # mov.w: ARMv7-M
        [0xFB00, 0xF000],  # mul.w: ARMv7-M
        [0xF000, 0xB800],  # b.w: ARMv7-M
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
    assert 1 <= instruction.cycles <= 12


def test_a_block_is_the_sum_of_its_instructions() -> None:
    code = b"".join(h.to_bytes(2, "little") for h in (0x6808, 0x4348, 0xF000, 0xF800, 0x1E40, 0xD1FB))
    assert block_cost(code, 0) == BlockCost(5, 2 + 1 + 3 + 1 + 1, taken_cycles=1)


def test_an_undefined_instruction_in_a_block_is_found() -> None:
    with pytest.raises(UndefinedInstructionError) as caught:
        block_cost(b"\x00\xbf\x00\xbf\x00\xde", 0x100)
    assert caught.value.address == 0x104
