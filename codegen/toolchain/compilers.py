"""How each C compiler is called for each CPU."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import CodegenError
from codegen.targets.board import Cpu
from codegen.targets.target import FIRMWARE

#: Every kernel must pass these, with every compiler.
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
#: No jump tables: a function's size then does not depend on what stands around it.
BOARD = ("-O2", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-fno-jump-tables")

_ZIG_CPU = {
    Cpu.CORTEX_M0PLUS: ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
    # Plain cortex_m4 would silently compute floats in software, though eabihf passes them in registers. By
    # default LLVM avoids VFMA on this CPU for VMUL and VADD, which together take as long when one waits for
    # the other, and are twice the code.
    Cpu.CORTEX_M4F: (
        "-target",
        "thumb-freestanding-eabihf",
        "-mcpu=cortex_m4+vfp4d16sp-slowfpvfmx-slowfpvmlx",
    ),
    Cpu.HOST: (),
}

_GCC_CPU = {
    Cpu.CORTEX_M0PLUS: ("-mcpu=cortex-m0plus", "-mthumb"),
    Cpu.CORTEX_M4F: ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
}
_ARM_GCC = "arm-none-eabi-gcc"
#: Older ones are refused: nobody has tried them. 12.2 is what the tests run.
_OLDEST_ARM_GCC = 9
#: A loop that copies must not become a call of the function that it is in.
_GCC_BOARD = (*BOARD, "-fno-tree-loop-distribute-patterns")
#: No C library is needed: libgcc divides and computes floats, and the firmware has memcpy and its like.
_GCC_LINK = ("-nostdlib", "-lgcc")
_GCC_HINT = (
    "install the Arm GNU toolchain (Debian, Ubuntu: apt-get install gcc-arm-none-eabi), or use --compiler zig"
)


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler's command and flags for one CPU; `version` is what it says of itself.

    A board's image is linked with `link_flags` after all files, and with `sources`, which stand in for what
    the compiler's runtime library lacks.
    """

    name: str
    version: str
    command: tuple[str, ...]
    flags: tuple[str, ...]
    link_flags: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()

    def run(self, arguments: list[str], cache: Path | None = None, work: Path | None = None) -> None:
        """Call the compiler, in the folder `work` if given.

        Name what lies there without the folder: zig keeps objects in `cache` by the names that it was given,
        and then compiles once what is the same in two projects. Raises CodegenError ``compiler-failed`` with
        the end of what it printed.
        """
        environment = dict(os.environ)
        if cache is not None:
            environment.setdefault("ZIG_GLOBAL_CACHE_DIR", str(cache / "zig-global"))
            environment.setdefault("ZIG_LOCAL_CACHE_DIR", str(cache / "zig-local"))
        result = subprocess.run(
            [*self.command, *self.flags, *arguments],
            capture_output=True,
            text=True,
            cwd=work,
            env=environment,
            check=False,
        )
        if result.returncode != 0:
            detail = result.stderr.strip()[-2000:]
            raise CodegenError("compiler-failed", f"{self.name} could not build the program: {detail}")


def _zig(cpu: Cpu) -> Compiler:
    try:
        from importlib.metadata import version

        found = version("ziglang")
    except ImportError as error:
        raise CodegenError(
            "no-compiler", "the zig compiler is missing", "install the package ziglang"
        ) from error
    flags = (*_ZIG_CPU[cpu], *(BOARD if cpu is not Cpu.HOST else ("-O2",)))
    return Compiler("zig", f"zig {found}", (sys.executable, "-m", "ziglang", "cc"), flags)


def _gcc(cpu: Cpu) -> Compiler:
    if cpu is not Cpu.HOST:
        return _arm_gcc(cpu)
    command = shutil.which("gcc")
    if command is None:
        raise CodegenError("no-compiler", "gcc is not installed", "install gcc, or use --compiler zig")
    return Compiler("gcc", f"gcc {_gcc_version(command)}", (command,), ("-O2",))


def _arm_gcc(cpu: Cpu) -> Compiler:
    command = shutil.which(_ARM_GCC)
    if command is None:
        raise CodegenError("no-compiler", f"{_ARM_GCC} is not installed", _GCC_HINT)
    version = _gcc_version(command)
    if int(version.split(".")[0]) < _OLDEST_ARM_GCC:
        raise CodegenError(
            "compiler-too-old",
            f"{_ARM_GCC} {version} is too old: version {_OLDEST_ARM_GCC} or newer is needed",
            _GCC_HINT,
        )
    flags = (*_GCC_CPU[cpu], *_GCC_BOARD)
    return Compiler("gcc", f"{_ARM_GCC} {version}", (command,), flags, _GCC_LINK, (FIRMWARE / "memory.c",))


def _gcc_version(command: str) -> str:
    """Raises CodegenError ``no-compiler`` when it does not tell one."""
    try:
        said = subprocess.run([command, "-dumpfullversion"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CodegenError("no-compiler", f"{command} does not run", _GCC_HINT) from error
    version = said.stdout.strip()
    if not version[:1].isdigit():
        raise CodegenError("no-compiler", f"{command} does not tell its version", _GCC_HINT)
    return version


COMPILERS: dict[str, Callable[[Cpu], Compiler]] = {"zig": _zig, "gcc": _gcc}


def find_compiler(name: str, cpu: Cpu) -> Compiler:
    """The compiler of this name for this CPU.

    Raises CodegenError: ``no-compiler``, ``compiler-too-old`` or ``unknown-compiler``.
    """
    if name not in COMPILERS:
        raise CodegenError(
            "unknown-compiler", f"the compiler {name!r} is unknown", f"use one of: {', '.join(COMPILERS)}"
        )
    return COMPILERS[name](cpu)
