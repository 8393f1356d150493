"""What every file of the C runtime keeps, and no compiler of ours tells."""

from __future__ import annotations

import re

import pytest

from codegen.emit.project import RUNTIME

SOURCES = {path.name: path for kind in ("src", "include") for path in sorted((RUNTIME / kind).iterdir())}
each_file = pytest.mark.parametrize("name", SOURCES)

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FREESTANDING = {"float.h", "iso646.h", "limits.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h"}
#: A compiler's own header, not the C library's.
_ACLE = "arm_acle.h"


def code_of(name: str) -> str:
    return _COMMENT.sub(" ", SOURCES[name].read_text(encoding="utf-8"))


@each_file
def test_only_freestanding_headers_are_included(name):
    assert set(re.findall(r"#include <(.*?)>", code_of(name))) <= {*_FREESTANDING, _ACLE}


@each_file
def test_no_memory_is_allocated(name):
    assert not re.search(r"\b(malloc|calloc|realloc|free|alloca)\s*\(", code_of(name))


@each_file
def test_functions_in_assembly_are_closed_to_the_optimizer(name):
    """Of an ordinary naked function, gcc would leave out the stores to what only its assembly reads."""
    if name != "thimble_naked.h":
        assert "naked" not in code_of(name).replace('#include "thimble_naked.h"', "")


@each_file
def test_assembly_that_writes_to_memory_stays(name):
    """Without `volatile`, assembly whose outputs nobody reads is left out."""
    for statement in re.findall(r"__asm__\s*\((?:[^;\"]|\"(?:\\.|[^\"\\])*\")*\);", code_of(name)):
        assert '"memory"' not in statement
