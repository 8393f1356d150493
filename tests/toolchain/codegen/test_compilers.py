"""The flags give each CPU the instructions that it has."""

from __future__ import annotations

import pytest

from codegen.targets.board import Cpu
from codegen.toolchain import find_compiler
from core.paths import cache_dir

pytestmark = pytest.mark.toolchain

MULTIPLY_ADD = "float f(float a, float b, float c) { return a * b + c; }"
DSP = "#include <arm_acle.h>\nint32_t f(int16x2_t a, int16x2_t b, int32_t c) { return __smlad(a, b, c); }"
PACKED = "#include <arm_acle.h>\nint8x4_t f(int8x4_t a) { return (int8x4_t)__sxtb16(a); }"


def assembly(cpu: Cpu, source: str, folder) -> str:
    (folder / "f.c").write_text(source)
    find_compiler("zig", cpu).run(["-S", str(folder / "f.c"), "-o", str(folder / "f.s")], cache_dir())
    return (folder / "f.s").read_text()


def test_floats_use_the_fpu(tmp_path):
    """Without its feature named, the compiler silently calls a library instead."""
    text = assembly(Cpu.CORTEX_M4F, MULTIPLY_ADD, tmp_path)
    assert "vfma.f32" in text
    assert "__aeabi_f" not in text


@pytest.mark.parametrize(("source", "instruction"), [(DSP, "smlad"), (PACKED, "sxtb16")])
def test_dsp_intrinsics_are_instructions(tmp_path, source, instruction):
    assert f"\t{instruction}\t" in assembly(Cpu.CORTEX_M4F, source, tmp_path)


def test_the_small_cpu_computes_floats_in_software(tmp_path):
    assert "__aeabi_fmul" in assembly(Cpu.CORTEX_M0PLUS, MULTIPLY_ADD, tmp_path)
