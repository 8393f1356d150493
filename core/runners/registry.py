"""Every runner, by the ending of the files; a new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.errors import ThimbleError
from core.runners.base import Runner
from core.runners.onnx import OnnxRunner
from core.runners.tflite import TfliteRunner

RUNNERS: dict[str, Callable[[str | Path], Runner]] = {".tflite": TfliteRunner, ".onnx": OnnxRunner}


def open_runner(path: str | Path) -> Runner:
    """The file, ready to run. Raises CodegenError, or ThimbleError as the runners do, ``missing-file``, and
    ``bad-model`` for other endings."""
    if not Path(path).is_file():
        raise ThimbleError("missing-file", f"there is no model {path}", "check the path")
    make = RUNNERS.get(Path(path).suffix.lower())
    if make is None:
        known = ", ".join(RUNNERS)
        raise ThimbleError("bad-model", f"{path} is not a converted model", f"give one of these: {known}")
    return make(path)
