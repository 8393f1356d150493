"""Model files in, a Graph out: one file a format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codegen.errors import CodegenError
from codegen.frontends import onnx, tflite
from codegen.graph import Graph

READERS: dict[str, Callable[[Path], Graph]] = {".onnx": onnx.read, ".tflite": tflite.read}


def load_graph(path: Path | str) -> Graph:
    """Read a model file into a verified Graph.

    Raises CodegenError: ``missing-file``, ``unknown-format``, ``broken-file`` or ``unsupported-operator``.
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
    return reader(path)
