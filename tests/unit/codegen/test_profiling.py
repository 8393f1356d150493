"""The generated C of a profiling build, beside that of the ordinary one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codegen.compiler import compile_model
from codegen.emit import model_digest
from codegen.emit.model_c import model_c
from codegen.errors import CodegenError
from codegen.firmware import build_firmware
from codegen.options import BuildOptions
from codegen.targets.board import find_board
from tests.unit.codegen.networks import small_lenet

PICO = find_board("virtual-pico")


def test_each_call_is_a_timed_region_and_nothing_else_changes() -> None:
    plain = compile_model(small_lenet(1.0), PICO)
    profiling = replace(plain, options=replace(plain.options, profile=True))
    ours, theirs = model_c(profiling, "model").splitlines(), model_c(plain, "model").splitlines()
    calls = [layer for layer in plain.layers if layer.function]
    assert len(calls) < len(plain.layers)  # a reshape is no call
    added = [line.strip() for line in ours if line.strip() and line not in theirs]
    assert added[:4] == [
        '#include "profile.h"',
        "/* What each call of the last inference took. */",
        f"struct timing profile_layers[{len(calls)}];",
        f"const uint16_t profile_layer_count = {len(calls)};",
    ]
    brackets = [
        line
        for number in range(len(calls))
        for line in ("timing_begin();", "timing_end();", f"profile_layers[{number}] = timing_last();")
    ]
    assert added[4:] == brackets
    assert [line for line in theirs if line.strip() and line not in ours] == []
    assert model_digest(plain) != model_digest(profiling)


def test_this_computer_counts_no_cycles(tmp_path: object) -> None:
    compilation = compile_model(small_lenet(1.0), find_board("host"), BuildOptions(profile=True))
    with pytest.raises(CodegenError) as caught:
        build_firmware(compilation, str(tmp_path))
    assert caught.value.code == "no-profile"
