"""Model files in, a Graph out: one file a format."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from codegen.errors import CodegenError
from codegen.frontends import onnx, tflite
from codegen.frontends.damage import broken
from codegen.graph import Graph

READERS: dict[str, Callable[[Path], Graph]] = {".onnx": onnx.read, ".tflite": tflite.read}
#: What reading a file raises whose parts contradict each other.
_CONTRADICTIONS = (
    struct.error, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip


def load_graph(path: Path | str) -> Graph:
    """Read a model file into a verified Graph.

    Raises CodegenError: ``missing-file``, ``unknown-format``, ``broken-file``, ``unsupported-operator``,
    ``unsupported-model``, ``unsupported-type`` or ``out-of-memory``.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise CodegenError(
            "unknown-format",
            f"the compiler cannot read {path.name}: such files are not there yet",
            f"give it one of: {known}",
        )
    if path.is_dir():
        raise CodegenError("missing-file", f"{path} is a folder, not a file", "give the model's file")
    if not path.is_file():
        raise CodegenError("missing-file", f"there is no file {path}", "check the path")
    if path.stat().st_size == 0:
        raise CodegenError("broken-file", f"{path} is empty", "copy or export the model again")
    return _read(reader, path)


def _read(reader: Callable[[Path], Graph], path: Path) -> Graph:
    try:
        return reader(path)
    except CodegenError as error:
        if error.code != "broken-graph":
            raise
        raise broken(path, error.what) from error
    except _CONTRADICTIONS as error:
        raise broken(path, f"its parts do not fit together ({error})") from error
    except MemoryError as error:
        raise CodegenError(
            "out-of-memory",
            f"{path.name} takes more memory than this computer has left",
            "use a smaller model",
        ) from error
