"""What each ARMv7E-M instruction costs on a Cortex-M4 with FPU: an estimate, never calibrated on hardware.

Encodings: ARMv7-M Architecture Reference Manual (ARM DDI 0403), chapters A5 and A6. Cycles: Cortex-M4
Technical Reference Manual (ARM DDI 0439), tables 3-1 and 7-1, with one figure where they give a range:
a taken branch refills the pipeline in 2 cycles (1 to 3), a division takes 7 (2 to 12), loads in a row
overlap, and stores never wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .block import BlockCost, UndefinedInstructionError
from .cortex_m4f_fpu import fpu_instruction
from .cortex_m4f_kinds import Kind, Operation

_REFILL_CYCLES = 2
_DIVIDE_CYCLES = 7
_PC = 15

_ONE = Operation(Kind.OTHER, 1)
_BRANCH = Operation(Kind.BRANCH, 1 + _REFILL_CYCLES)
_CONDITIONAL = Operation(Kind.CONDITIONAL, 1)
_LOAD = Operation(Kind.LOAD, 2)
_DIVIDE = Operation(Kind.OTHER, _DIVIDE_CYCLES)

#: Decides on an instruction whose encoding an entry of a table below matches; None: undefined.
_Decide = Callable[[int, int], Operation | None]


def _always(operation: Operation) -> _Decide:
    return lambda first, second: operation


def _load_or_store(load_bit: int) -> _Decide:
    return lambda first, second: _LOAD if first & load_bit else _ONE


def _multiple(registers: int, *, loads: bool) -> Operation | None:
    """LDM, STM, PUSH, POP: one cycle and one more for each register."""
    if registers == 0:
        return None
    cycles = 1 + registers.bit_count()
    if loads and registers >> _PC:
        return Operation(Kind.BRANCH, cycles + _REFILL_CYCLES, aligned=True)
    return Operation(Kind.OTHER, cycles, aligned=True)


def _special_data(first: int, second: int) -> Operation | None:
    """ADD, CMP, MOV with high registers; BX and BLX."""
    operation = (first >> 8) & 3
    writes_pc = operation != 1 and (first & 0x87) == 0x87
    return _BRANCH if operation == 3 or writes_pc else _ONE


def _register_offset(first: int, second: int) -> Operation | None:
    return _ONE if (first >> 9) & 7 < 3 else _LOAD


def _push(first: int, second: int) -> Operation | None:
    return _multiple((first & 0xFF) | (first & 0x100) << 6, loads=False)


def _pop(first: int, second: int) -> Operation | None:
    return _multiple((first & 0xFF) | (first & 0x100) << 7, loads=True)


def _hint_or_it(first: int, second: int) -> Operation | None:
    if first & 0xF:
        return Operation(Kind.IT, 1)
    return _ONE if first & 0xFF in (0x00, 0x10, 0x20, 0x30, 0x40) else None


def _branch_or_trap(first: int, second: int) -> Operation | None:
    condition = (first >> 8) & 0xF
    if condition < 14:
        return _CONDITIONAL
    return _ONE if condition == 15 else None  # SVC stops the machine; 14 is UDF


#: (mask, value, decision) of the 16-bit instructions: the first entry whose masked bits agree decides.
_NARROW: tuple[tuple[int, int, _Decide], ...] = (
    (0xC000, 0x0000, _always(_ONE)),  # shifts, ADD, SUB, MOV, CMP with immediates
    (0xFC00, 0x4000, _always(_ONE)),  # data processing
    (0xFC00, 0x4400, _special_data),
    (0xF800, 0x4800, _always(_LOAD)),  # LDR from the literal pool
    (0xF000, 0x5000, _register_offset),
    (0xE000, 0x6000, _load_or_store(0x0800)),
    (0xE000, 0x8000, _load_or_store(0x0800)),
    (0xF000, 0xA000, _always(_ONE)),  # ADR, ADD from SP
    (0xFF00, 0xB000, _always(_ONE)),  # ADD SP, SUB SP
    (0xF500, 0xB100, _always(_CONDITIONAL)),  # CBZ, CBNZ
    (0xFF00, 0xB200, _always(_ONE)),  # SXTH, SXTB, UXTH, UXTB
    (0xFE00, 0xB400, _push),
    (0xFFE8, 0xB660, _always(_ONE)),  # CPS
    (0xFF00, 0xBA00, lambda first, second: None if first & 0xC0 == 0x80 else _ONE),  # REV, REV16, REVSH
    (0xFE00, 0xBC00, _pop),
    (0xFF00, 0xBE00, _always(_ONE)),  # BKPT stops the machine
    (0xFF00, 0xBF00, _hint_or_it),
    (0xF000, 0xC000, lambda first, second: _multiple(first & 0xFF, loads=False)),
    (0xF000, 0xD000, _branch_or_trap),
    (0xF800, 0xE000, _always(_BRANCH)),
)


def _multiple_wide(first: int, second: int) -> Operation | None:
    if (first >> 7) & 3 not in (1, 2):
        return None
    return _multiple(second, loads=bool(first & 0x10))


def _dual_exclusive_or_table(first: int, second: int) -> Operation | None:
    if first & 0xFFF0 == 0xE8D0 and second & 0xE0 == 0:  # TBB, TBH: a load and a branch
        return Operation(Kind.BRANCH, 2 + _REFILL_CYCLES)
    if first & 0xFFE0 in (0xE840, 0xE8C0):  # LDREX, STREX, of bytes and halfwords too
        narrow = first & 0xFFE0 == 0xE8C0
        if narrow and (second >> 4) & 0xF not in (4, 5):
            return None
        return replace(_LOAD if first & 0x10 else _ONE, aligned=True)
    return Operation(Kind.OTHER, 3, aligned=True)  # LDRD, STRD


def _shifted_register(first: int, second: int) -> Operation | None:
    return _ONE if (first >> 5) & 0xF in (0, 1, 2, 3, 4, 6, 8, 10, 11, 13, 14) else None


def _immediate(first: int, second: int) -> Operation | None:
    if first & 0x200:  # plain 12-bit and 16-bit immediates, bit fields, saturation
        return _ONE if (first >> 4) & 0x1F in (0, 4, 10, 12, 16, 18, 20, 22, 24, 26, 28) else None
    return _ONE if (first >> 5) & 0xF in (0, 1, 2, 3, 4, 8, 10, 11, 13, 14) else None


def _branch_or_control(first: int, second: int) -> Operation | None:
    if second & 0x5000 == 0x5000 or second & 0x5000 == 0x1000:  # BL, B
        return _BRANCH
    if second & 0x4000:  # BLX to ARM code
        return None
    if (first >> 7) & 7 != 7:
        return _CONDITIONAL
    control = first & 0xFFE0 in (0xF380, 0xF3A0, 0xF3E0)  # MSR, hints and barriers, MRS
    return _ONE if control else None


def _load_single(first: int, second: int) -> Operation | None:
    size, to_pc = (first >> 5) & 3, second >> 12 == _PC
    if size == 3 or (size == 2 and first & 0x100):
        return None
    if not to_pc:
        return _LOAD
    return Operation(Kind.BRANCH, 2 + _REFILL_CYCLES) if size == 2 else _ONE  # LDR to PC, or PLD


def _store_single(first: int, second: int) -> Operation | None:
    return None if (first >> 5) & 3 == 3 else _ONE


def _long_multiply_or_divide(first: int, second: int) -> Operation | None:
    return _DIVIDE if first & 0x10 and second & 0xF0 == 0xF0 else _ONE


#: The same for the 32-bit instructions; masks apply to the first halfword.
_WIDE: tuple[tuple[int, int, _Decide], ...] = (
    (0xFE40, 0xE800, _multiple_wide),
    (0xFE40, 0xE840, _dual_exclusive_or_table),
    (0xFE00, 0xEA00, _shifted_register),
    (0xFC00, 0xEC00, fpu_instruction),
    (0xF800, 0xF000, lambda a, b: _branch_or_control(a, b) if b & 0x8000 else _immediate(a, b)),
    (0xFF10, 0xF800, _store_single),
    (0xFE10, 0xF810, _load_single),
    (0xFF00, 0xFA00, lambda first, second: _ONE if second & 0xF000 == 0xF000 else None),
    (0xFF80, 0xFB00, _always(_ONE)),  # MUL, MLA, MLS, SMLAD and the like
    (0xFF80, 0xFB80, _long_multiply_or_divide),
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """`size_bytes` is 2 or 4."""

    size_bytes: int
    operation: Operation


def decode(halfwords: Sequence[int], address: int) -> Instruction:
    """The instruction whose one or two halfwords are given first; more may follow.

    Raises UndefinedInstructionError with `address`.
    """
    first = halfwords[0]
    wide = first >> 11 in (0x1D, 0x1E, 0x1F)
    if wide and len(halfwords) < 2:
        raise UndefinedInstructionError(address)
    second = halfwords[1] if wide else 0
    for mask, value, decide in _WIDE if wide else _NARROW:
        if first & mask == value:
            operation = decide(first, second)
            if operation is None:
                break
            return Instruction(4 if wide else 2, operation)
    raise UndefinedInstructionError(address)


def _instructions_under_it(first: int) -> int:
    """How many instructions an IT makes conditional: 1 to 4, told by the lowest bit set in its mask."""
    mask = first & 0xF
    return 4 - ((mask & -mask).bit_length() - 1)


def _under_it(operation: Operation) -> Operation:
    """A branch under IT costs 1 cycle, and all the rest only when it is taken."""
    if operation.kind is not Kind.BRANCH:
        return operation
    return replace(operation, kind=Kind.CONDITIONAL, cycles=1, taken_cycles=operation.cycles - 1)


class CortexM4F:
    """Costs of blocks. Remembers IT instructions whose reach a block's end cuts: the next block goes on."""

    def __init__(self) -> None:
        self._cut: dict[int, int] = {}

    def block_cost(self, code: bytes, address: int) -> BlockCost:
        """The cost of a straight run of instructions at `address`. Raises UndefinedInstructionError."""
        halfwords = [int.from_bytes(code[i : i + 2], "little") for i in range(0, len(code), 2)]
        instructions = cycles = position = taken_cycles = 0
        under_it = self._cut.get(address, 0)
        after_load = uses_fpu = False
        while position < len(halfwords):
            instruction = decode(halfwords[position : position + 2], address + 2 * position)
            operation = _under_it(instruction.operation) if under_it else instruction.operation
            is_load = operation.kind is Kind.LOAD
            instructions += 1
            cycles += operation.cycles - (1 if is_load and after_load else 0)
            taken_cycles = _taken_cycles(operation)
            uses_fpu |= operation.uses_fpu
            after_load = is_load
            starts_it = operation.kind is Kind.IT
            under_it = _instructions_under_it(halfwords[position]) if starts_it else max(under_it - 1, 0)
            position += instruction.size_bytes // 2
        if under_it:
            self._cut[address + len(code)] = under_it
        return BlockCost(instructions, cycles, taken_cycles, uses_fpu)


def needs_alignment(code: bytes) -> bool:
    """Whether the instruction that `code` starts with faults at an unaligned address."""
    halfwords = [int.from_bytes(code[i : i + 2], "little") for i in range(0, len(code), 2)]
    return decode(halfwords, 0).operation.aligned


def _taken_cycles(operation: Operation) -> int:
    return operation.taken_cycles if operation.kind is Kind.CONDITIONAL else 0
