"""What the single-precision instructions of the Cortex-M4's FPU cost.

Encodings: ARMv7-M Architecture Reference Manual (ARM DDI 0403), A6.4 to A6.7, with the 0xEE, 0xED and 0xEC
prefixes. Cycles: Cortex-M4 Technical Reference Manual (ARM DDI 0439), table 7-1.
"""

from __future__ import annotations

from .cortex_m4f_kinds import Kind, Operation

_SIMPLE = Operation(Kind.OTHER, 1, uses_fpu=True)
_FUSED = Operation(Kind.OTHER, 3, uses_fpu=True)
_SLOW = Operation(Kind.OTHER, 14, uses_fpu=True)

#: By the bits 7, 5 and 4 of the first halfword; VSQRT is among the rest (11) and decided apart.
_ARITHMETIC = {
    0x0: _FUSED,  # VMLA, VMLS
    0x1: _FUSED,  # VNMLA, VNMLS
    0x2: _SIMPLE,  # VMUL, VNMUL
    0x3: _SIMPLE,  # VADD, VSUB
    0x8: _SLOW,  # VDIV
    0x9: _FUSED,  # VFNMA, VFNMS
    0xA: _FUSED,  # VFMA, VFMS
    0xB: _SIMPLE,  # VMOV, VABS, VNEG, VCMP, VCVT
}


def fpu_instruction(first: int, second: int) -> Operation | None:
    """The cost of a coprocessor instruction; None where it is not the FPU's, or of double precision."""
    is_double = bool(second & 0x100)
    if second & 0xE00 != 0xA00:  # coprocessors 10 and 11
        return None
    if first & 0xFE00 == 0xEC00:
        return _transfer(first, second, is_double)
    if first & 0xFF00 != 0xEE00:
        return None
    if second & 0x10:  # between one register here and one there, VMRS, VMSR
        return _SIMPLE
    if is_double:
        return None
    is_root = first & 0xBF == 0xB1 and second & 0xC0 == 0xC0
    return _SLOW if is_root else _ARITHMETIC[(first >> 4) & 0xB]


def _transfer(first: int, second: int, is_double: bool) -> Operation | None:
    """Loads and stores, of one register and of many; two registers at once."""
    if first & 0xFFE0 == 0xEC40:
        return _SIMPLE
    if first & 0xFF20 == 0xED00:
        is_load = bool(first & 0x10)
        kind = Kind.LOAD if is_load and not is_double else Kind.OTHER
        return Operation(kind, 1 + is_load + is_double, uses_fpu=True, aligned=True)
    words = second & 0xFF
    return Operation(Kind.OTHER, 1 + words, uses_fpu=True, aligned=True) if words else None
