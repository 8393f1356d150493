"""The C project of a compiled model: every file as text, and the writer."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.emit.model_c import model_c
from codegen.emit.model_data import model_data_c, model_data_h
from codegen.emit.model_h import model_h
from codegen.errors import CodegenError

if TYPE_CHECKING:
    from codegen.compiler import Compilation

RUNTIME = Path(__file__).parent.parent / "runtime"
FORMATS = ("c",)
_INCLUDE = re.compile(r'^#include "(thimble_\w+\.h)"', re.MULTILINE)

_CMAKE = """\
cmake_minimum_required(VERSION 3.13)
project(model C)

add_library(model STATIC
{sources})
target_include_directories(model PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})
set_target_properties(model PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
"""


def project_sources(compilation: Compilation) -> dict[str, str]:
    """File names to contents; the same for the same model and options, always."""
    code = model_c(compilation)
    data_h = model_data_h(compilation)
    digest = hashlib.sha256((code + data_h + model_data_c(compilation, bytes(32))).encode()).digest()
    files = {
        "model.h": model_h(compilation),
        "model.c": code,
        "model_data.h": data_h,
        "model_data.c": model_data_c(compilation, digest),
    }
    files.update(_runtime(compilation))
    sources = sorted(name for name in files if name.endswith(".c"))
    files["CMakeLists.txt"] = _CMAKE.format(sources="\n".join(f"    {name}" for name in sources))
    return files


def write_project(compilation: Compilation, folder: Path | str, fmt: str = "c") -> tuple[Path, ...]:
    """Write the C project into `folder` (created), all of it or nothing.

    Raises CodegenError ``unknown-format`` or ``cannot-write``.
    """
    if fmt not in FORMATS:
        raise CodegenError(
            "unknown-format", f"the format {fmt!r} is not there yet", f"use one of: {', '.join(FORMATS)}"
        )
    folder = Path(folder)
    sources = project_sources(compilation)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".generate-", dir=folder) as beside:
            for name, text in sources.items():
                (Path(beside) / name).write_text(text, encoding="utf-8", newline="\n")
            for name in sources:
                os.replace(Path(beside) / name, folder / name)
        _remove_kernels_of_an_earlier_model(folder, sources)
    except OSError as error:
        raise CodegenError(
            "cannot-write",
            f"cannot write the C project into {folder}: {error.strerror}",
            "choose another folder",
        ) from error
    return tuple(folder / name for name in sources)


def _remove_kernels_of_an_earlier_model(folder: Path, sources: Mapping[str, str]) -> None:
    """What the runtime left in `folder` and this model does not call."""
    ours = {path.name for kind in ("src", "include") for path in (RUNTIME / kind).iterdir()}
    for path in folder.iterdir():
        if path.name in ours and path.name not in sources:
            path.unlink()


def _runtime(compilation: Compilation) -> dict[str, str]:
    """The runtime's files that this model calls."""
    functions = sorted({layer.function for layer in compilation.layers if layer.function})
    return runtime_files(tuple(functions))


def runtime_files(functions: tuple[str, ...]) -> dict[str, str]:
    """The files of the runtime that define these functions, by name, with all that they include."""
    files: dict[str, str] = {}
    wanted = [f"{function}.{ending}" for function in functions for ending in ("c", "h")]
    while wanted:
        name = wanted.pop()
        if name not in files:
            folder = RUNTIME / ("src" if name.endswith(".c") else "include")
            files[name] = (folder / name).read_text(encoding="utf-8")
            headers = _INCLUDE.findall(files[name])
            sources = [f"{header.removesuffix('.h')}.c" for header in headers]
            wanted += headers + [source for source in sources if (RUNTIME / "src" / source).is_file()]
    return dict(sorted(files.items()))
