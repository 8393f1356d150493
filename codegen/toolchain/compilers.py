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


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler's command and flags for one CPU; `version` is what it says of itself."""

    name: str
    version: str
    command: tuple[str, ...]
    flags: tuple[str, ...]

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
        raise CodegenError("not-there-yet", f"gcc for {cpu.value} is not there yet", "use --compiler zig")
    command = shutil.which("gcc")
    if command is None:
        raise CodegenError("no-compiler", "gcc is not installed", "install gcc, or use --compiler zig")
    said = subprocess.run([command, "-dumpfullversion"], capture_output=True, text=True, check=True)
    return Compiler("gcc", f"gcc {said.stdout.strip()}", (command,), ("-O2",))


COMPILERS: dict[str, Callable[[Cpu], Compiler]] = {"zig": _zig, "gcc": _gcc}


def find_compiler(name: str, cpu: Cpu) -> Compiler:
    """The compiler of this name for this CPU.

    Raises CodegenError: ``no-compiler``, ``not-there-yet`` or ``unknown-compiler``.
    """
    if name not in COMPILERS:
        raise CodegenError(
            "unknown-compiler", f"the compiler {name!r} is unknown", f"use one of: {', '.join(COMPILERS)}"
        )
    return COMPILERS[name](cpu)
