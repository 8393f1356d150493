"""Which compilers are found, and what is said of those that are not."""

from __future__ import annotations

import os
import sys

import pytest

from codegen.errors import CodegenError
from codegen.options import BuildOptions
from codegen.targets.board import Cpu
from codegen.toolchain import find_compiler

BOARD_CPUS = [cpu for cpu in Cpu if cpu is not Cpu.HOST]
NAME = "arm-none-eabi-gcc"

posix = pytest.mark.skipif(os.name != "posix", reason="the stand-ins for compilers are shell scripts")


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A compiler in the search path that says this of its version, and nothing else is there."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(said: str, status: int = 0) -> None:
        script = tmp_path / NAME
        script.write_text(f"#!{sys.executable}\nprint({said!r})\nraise SystemExit({status})\n")
        script.chmod(0o755)

    return make


@pytest.mark.parametrize("cpu", BOARD_CPUS, ids=lambda cpu: cpu.value)
def test_a_missing_arm_gcc_is_told_with_what_to_install(cpu, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CodegenError, match="arm-none-eabi-gcc is not installed") as caught:
        find_compiler("gcc", cpu)
    assert caught.value.code == "no-compiler"
    assert "apt-get install gcc-arm-none-eabi" in caught.value.hint
    assert "--compiler zig" in caught.value.hint


@posix
def test_an_old_arm_gcc_is_refused_with_both_versions(stand_in):
    stand_in("8.3.1")
    with pytest.raises(CodegenError, match=r"8\.3\.1 is too old: version 9 or newer") as caught:
        find_compiler("gcc", Cpu.CORTEX_M4F)
    assert caught.value.code == "compiler-too-old"


@posix
def test_a_new_arm_gcc_is_taken(stand_in):
    stand_in("14.2.1")
    found = find_compiler("gcc", Cpu.CORTEX_M0PLUS)
    assert found.version == "arm-none-eabi-gcc 14.2.1"
    assert "-mcpu=cortex-m0plus" in found.flags


@posix
@pytest.mark.parametrize(("said", "status"), [("", 0), ("what?", 0), ("12.2.1", 1)])
def test_what_is_no_compiler_is_no_traceback(stand_in, said, status):
    stand_in(said, status)
    with pytest.raises(CodegenError) as caught:
        find_compiler("gcc", Cpu.CORTEX_M4F)
    assert caught.value.code == "no-compiler"


def test_an_unknown_compiler_names_those_that_there_are():
    with pytest.raises(CodegenError) as caught:
        BuildOptions(compiler="tcc")
    assert caught.value.hint == "use one of: zig, gcc"
