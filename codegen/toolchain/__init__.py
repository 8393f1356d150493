"""C compilers, and what their output weighs."""

from codegen.toolchain.compilers import COMPILERS, Compiler, find_compiler

__all__ = ["COMPILERS", "Compiler", "find_compiler"]
