"""Task `export-code`: the C of a model, written away from the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from codegen.frontends import load_graph
from codegen.options import BuildOptions
from core.boards.catalogue import board_named
from core.exports import export_code
from core.jobs.context import JobContext
from core.paths import cache_dir


def export(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (.tflite, .onnx), board, format, name, out. Result: `code`, the folder.

    Raises ThimbleError or CodegenError.
    """
    context.progress(0.1, "Writing the C code")
    board, out = board_named(params["board"]), Path(params["out"])
    graph = load_graph(Path(params["model"]))
    export_code(graph, board, BuildOptions(), out, params["format"], params["name"], cache_dir())
    context.progress(1.0, "The C code is written")
    return {"code": str(out)}
