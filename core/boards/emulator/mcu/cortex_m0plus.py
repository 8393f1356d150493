"""What each ARMv6-M instruction costs on a Cortex-M0+.

Encodings: ARMv6-M Architecture Reference Manual (ARM DDI 0419), chapter A5. Cycles: Cortex-M0+ Technical
Reference Manual (ARM DDI 0484), table 3-1, with the RP2040's single-cycle multiplier and memory without
wait states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .block import BlockCost, UndefinedInstructionError


@dataclass(frozen=True, slots=True)
class Instruction:
    """`size_bytes` is 2 or 4; a `conditional` branch costs one cycle more when it is taken."""

    size_bytes: int
    cycles: int
    conditional: bool = False


_TAKEN_CYCLES = 1
_CALL_CYCLES = 3
_BRANCH_CYCLES = 2
_BARRIER_CYCLES = 3
_RETURN_EXTRA_CYCLES = 2  # POP with PC takes 3 + N, PC counted in N


def _simple(cycles: int) -> Callable[[int], int | None]:
    return lambda halfword: cycles


def _special_data(halfword: int) -> int | None:
    """ADD, CMP, MOV with high registers; BX and BLX."""
    operation = (halfword >> 8) & 3
    if operation == 3:
        return _BRANCH_CYCLES
    writes_pc = operation != 1 and (halfword & 0x87) == 0x87
    return _BRANCH_CYCLES if writes_pc else 1


def _registers(mask: int) -> int:
    return mask.bit_count()


def _push(halfword: int) -> int | None:
    count = _registers(halfword & 0x1FF)
    return 1 + count if count else None


def _pop(halfword: int) -> int | None:
    count = _registers(halfword & 0x1FF)
    returns = bool(halfword & 0x100)
    return 1 + count + (_RETURN_EXTRA_CYCLES if returns else 0) if count else None


def _multiple(halfword: int) -> int | None:
    count = _registers(halfword & 0xFF)
    return 1 + count if count else None


def _hint(halfword: int) -> int | None:
    """NOP, YIELD, WFE, WFI and SEV. With the low bits set it is IT, which ARMv6-M lacks."""
    return {0x00: 1, 0x10: 1, 0x20: 2, 0x30: 2, 0x40: 1}.get(halfword & 0xFF)


#: (mask, value, cost): the first entry whose masked bits agree decides. None as a cost: undefined.
_ENCODINGS: tuple[tuple[int, int, Callable[[int], int | None]], ...] = (
    (0xC000, 0x0000, _simple(1)),  # shifts, ADD, SUB, MOV, CMP with immediates
    (0xFC00, 0x4000, _simple(1)),  # data processing, MULS among them
    (0xFC00, 0x4400, _special_data),
    (0xF800, 0x4800, _simple(2)),  # LDR from the literal pool
    (0xF000, 0x5000, _simple(2)),  # loads and stores with a register offset
    (0xE000, 0x6000, _simple(2)),  # words and bytes with an immediate offset
    (0xF000, 0x8000, _simple(2)),  # halfwords with an immediate offset
    (0xF000, 0x9000, _simple(2)),  # relative to SP
    (0xF000, 0xA000, _simple(1)),  # ADR, ADD from SP
    (0xFF00, 0xB000, _simple(1)),  # ADD SP, SUB SP
    (0xFF00, 0xB200, _simple(1)),  # SXTH, SXTB, UXTH, UXTB
    (0xFE00, 0xB400, _push),
    (0xFFE8, 0xB660, _simple(1)),  # CPS
    (0xFFC0, 0xBA00, _simple(1)),  # REV
    (0xFFC0, 0xBA40, _simple(1)),  # REV16
    (0xFFC0, 0xBAC0, _simple(1)),  # REVSH
    (0xFE00, 0xBC00, _pop),
    (0xFF00, 0xBE00, _simple(1)),  # BKPT: stops the machine, its cost does not matter
    (0xFF00, 0xBF00, _hint),
    (0xF000, 0xC000, _multiple),  # STM, LDM
    (0xFF00, 0xDE00, lambda halfword: None),  # UDF
    (0xFF00, 0xDF00, _simple(1)),  # SVC: stops the machine, its cost does not matter
    (0xF800, 0xE000, _simple(_BRANCH_CYCLES)),
)


def _is_conditional(halfword: int) -> bool:
    return (halfword & 0xF000) == 0xD000 and (halfword & 0x0F00) < 0x0E00


def _wide(first: int, second: int) -> int | None:
    """The 32-bit instructions of ARMv6-M: BL, barriers, MSR and MRS."""
    if (first & 0xF800) != 0xF000 or not second & 0x8000:
        return None
    if (second & 0xD000) == 0xD000:
        return _CALL_CYCLES
    barrier = first == 0xF3BF and (second & 0xFF00) == 0x8F00 and (second >> 4) & 0xF in (4, 5, 6)
    writes_special = (first & 0xFFF0) == 0xF380 and (second & 0xFF00) == 0x8800
    reads_special = first == 0xF3EF and (second & 0xF000) == 0x8000
    return _BARRIER_CYCLES if barrier or writes_special or reads_special else None


def decode(halfwords: Sequence[int], address: int) -> Instruction:
    """The instruction whose one or two halfwords are given first; more may follow.

    Raises UndefinedInstructionError with `address`.
    """
    first = halfwords[0]
    if first >> 11 in (0x1D, 0x1E, 0x1F):
        cycles = _wide(first, halfwords[1]) if len(halfwords) > 1 else None
        if cycles is None:
            raise UndefinedInstructionError(address)
        return Instruction(4, cycles)
    if _is_conditional(first):
        return Instruction(2, 1, conditional=True)
    for mask, value, cost in _ENCODINGS:
        if first & mask == value:
            cycles = cost(first)
            if cycles is None:
                break
            return Instruction(2, cycles)
    raise UndefinedInstructionError(address)


def block_cost(code: bytes, address: int) -> BlockCost:
    """The cost of a straight run of instructions at `address`. Raises UndefinedInstructionError."""
    halfwords = [int.from_bytes(code[i : i + 2], "little") for i in range(0, len(code), 2)]
    instructions = cycles = position = 0
    conditional = False
    while position < len(halfwords):
        instruction = decode(halfwords[position : position + 2], address + 2 * position)
        instructions += 1
        cycles += instruction.cycles
        conditional = instruction.conditional
        position += instruction.size_bytes // 2
    return BlockCost(instructions, cycles, _TAKEN_CYCLES if conditional else 0)
