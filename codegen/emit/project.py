"""The C project of a compiled model: every file as text, and the writer."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from codegen.emit.comments import comment_text
from codegen.emit.formats import Export, find_exporter
from codegen.emit.model_c import model_c, runtime_units
from codegen.emit.model_data import model_data_c, model_data_h
from codegen.emit.model_h import model_h
from codegen.emit.names import model_name
from codegen.emit.samples import Samples
from codegen.errors import CodegenError
from codegen.single_ends import require_single_ends

if TYPE_CHECKING:
    from codegen.compiler import Compilation

RUNTIME = Path(__file__).parent.parent / "runtime"
_INCLUDE = re.compile(r'^#include "(thimble_\w+\.h)"', re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class ExportOptions:
    """How a model is written.

    `format` is the id of an exporter. `name` is made into what all global names of the model begin with, so
    that several models can be linked into one program. `samples` are for the formats with an example.
    """

    format: str = "c"
    name: str = "model"
    samples: Samples | None = None


def project_sources(
    compilation: Compilation,
    export: ExportOptions | None = None,
    beside: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, str]:
    """Paths inside the project to contents; the same for the same model and options, always. `beside` has the
    C files of other models in the same folder.

    Raises CodegenError ``unknown-export``, or for a format with an example ``no-samples``, and
    ``unsupported-model`` where there are several inputs or outputs.
    """
    export = export or ExportOptions()
    exporter = find_exporter(export.format)
    if exporter.has_example:
        require_single_ends(compilation.graph, f"the example of {exporter.title}", "generate the format c")
    name = model_name(export.name)
    return exporter.files(
        Export(
            name=name,
            title=comment_text(compilation.graph.name),
            board=compilation.board,
            sources=_sources(compilation, name),
            samples=export.samples,
            beside=beside,
        )
    )


def _sources(compilation: Compilation, name: str) -> dict[str, str]:
    """The C files of the model and the runtime."""
    return {
        f"{name}.h": model_h(compilation, name),
        f"{name}.c": model_c(compilation, name),
        f"{name}_data.h": model_data_h(compilation, name),
        f"{name}_data.c": model_data_c(compilation, name, model_digest(compilation, name)),
        **_runtime(compilation),
    }


def model_digest(compilation: Compilation, name: str = "model") -> bytes:
    """The model's hash: SHA-256 of its code and constants."""
    data_h, data_c = model_data_h(compilation, name), model_data_c(compilation, name, bytes(32))
    return hashlib.sha256((model_c(compilation, name) + data_h + data_c).encode()).digest()


def write_project(
    compilation: Compilation, folder: Path | str, export: ExportOptions | None = None
) -> tuple[Path, ...]:
    """Write the project into `folder` (created), all of it or nothing.

    Raises CodegenError ``unknown-export``, ``no-samples``, ``unsupported-model``, ``would-overwrite`` for a
    file that is not Thimble's, or ``cannot-write``.
    """
    export = export or ExportOptions()
    folder = Path(folder)
    name = model_name(export.name)
    sources = project_sources(compilation, export, _models_beside(folder, name))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _require_no_files_of_others(folder, sources)
        with tempfile.TemporaryDirectory(prefix=".generate-", dir=folder) as beside:
            for file, text in sources.items():
                path = Path(beside) / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
            for file in sources:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                os.replace(Path(beside) / file, folder / file)
        _remove_kernels_of_an_earlier_model(folder / find_exporter(export.format).source_folder, sources)
    except OSError as error:
        raise CodegenError(
            "cannot-write",
            f"cannot write the C project into {folder}: {error.strerror}",
            "choose another folder",
        ) from error
    return tuple(folder / file for file in sources)


def _models_beside(folder: Path, name: str) -> dict[str, tuple[str, ...]]:
    """The C files, those of the runtime included, of the models other than `name` in the folder."""
    found = {}
    for data in sorted(folder.glob("*_data.c")):
        other = data.name.removesuffix("_data.c")
        code = folder / f"{other}.c"
        if other != name and code.is_file() and (folder / f"{other}_data.h").is_file():
            kernels = (file for file in runtime_files(_kernels_of(code)) if file.endswith(".c"))
            found[other] = (code.name, data.name, *kernels)
    return found


def _kernels_of(code: Path) -> tuple[str, ...]:
    """The functions of the runtime that a model's code calls."""
    headers = _INCLUDE.findall(code.read_text("utf-8", "replace"))
    names = (header.removesuffix(".h") for header in headers)
    return tuple(name for name in names if (RUNTIME / "src" / f"{name}.c").is_file())


def _require_no_files_of_others(folder: Path, sources: Mapping[str, str]) -> None:
    """Every file of ours speaks of Thimble."""
    for path in (folder / source for source in sources):
        if path.is_file() and "thimble" not in path.read_text("utf-8", "replace").lower():
            raise CodegenError(
                "would-overwrite",
                f"{path} is there already and was not written by Thimble",
                "choose a new or empty folder",
            )


def _remove_kernels_of_an_earlier_model(folder: Path, sources: Mapping[str, str]) -> None:
    """What the runtime left in `folder` and no model there calls: neither this one nor one beside it."""
    ours = {path.name for kind in ("src", "include") for path in (RUNTIME / kind).iterdir()}
    wanted = {PurePosixPath(name).name for name in sources}
    beside = (path for path in folder.glob("*.c") if path.name not in ours | wanted)
    for path in beside:
        wanted.update(runtime_files(_kernels_of(path)))
    for path in folder.iterdir():
        if path.name in ours and path.name not in wanted:
            path.unlink()


def _runtime(compilation: Compilation) -> dict[str, str]:
    """The runtime's files that this model calls."""
    return runtime_files(runtime_units(compilation))


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
