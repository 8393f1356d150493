"""What stands in the place of MODEL: a file, or a built-in architecture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.jobs import run_job
from core.errors import ThimbleError
from core.paths import cache_dir

if TYPE_CHECKING:
    from codegen.graph import Graph
    from core.cli.terminal import Terminal

#: Formats that code can be made of as they are.
_COMPILED = (".tflite", ".onnx")
_COMPRESS_HINT = 'compress it with [quantize] kind = "int8" first (thimble compress), then give model.tflite'


@dataclass(frozen=True, slots=True, eq=False)
class OpenedModel:
    """A model as a Graph. `is_estimate`: it is float, and the Graph is what int8 will make of it."""

    name: str
    path: Path
    graph: Graph
    is_estimate: bool


def model_file(model: str, terminal: Terminal) -> Path:
    """The file of a model; a built-in architecture is made once and kept in the user's cache.

    Raises ThimbleError ``missing-file``, ``unknown-model`` or ``not-there-yet`` (other formats).
    """
    from core.models.zoo import PREFIX

    if model.startswith(PREFIX):
        return _zoo_file(model.removeprefix(PREFIX), terminal)
    path = Path(model)
    if not path.exists():
        raise ThimbleError("missing-file", f"there is no model {path}", "check the path")
    if path.is_dir() or path.suffix.lower() not in (".keras", *_COMPILED):
        kind = "a SavedModel folder" if path.is_dir() else f"a {path.suffix or 'file without an ending'}"
        raise ThimbleError(
            "not-there-yet",
            f"reading {kind} is not there yet ({path})",
            "give a .keras file (Keras 3: model.save('model.keras')) a .tflite or an .onnx file",
        )
    return path


def _zoo_file(name: str, terminal: Terminal) -> Path:
    from core.models.zoo import find_architecture

    find_architecture(name)
    path = cache_dir() / "zoo" / f"{name}.keras"
    if not path.is_file():
        run_job("core.jobs.tasks.zoo_model:save", {"name": name, "path": str(path)}, terminal)
    return path


def open_any(model: str, terminal: Terminal) -> OpenedModel:
    """A `.tflite` or `.onnx` as it is, or a float `.keras` as an estimate of what it becomes.

    Raises ThimbleError or CodegenError.
    """
    path = model_file(model, terminal)
    if path.suffix.lower() in _COMPILED:
        return open_compiled(model)
    from codegen.as_int8 import as_int8
    from core.models.keras_graph import read_keras_graph

    return OpenedModel(model, path, as_int8(read_keras_graph(path)), is_estimate=True)


def open_compiled(model: str) -> OpenedModel:
    """A model that code can be made of as it is: a `.tflite` or an `.onnx`.

    Raises ThimbleError ``missing-file`` or ``not-there-yet``, or CodegenError.
    """
    from codegen.frontends import load_graph

    path = Path(model)
    if not model.startswith("zoo:") and not path.exists():
        raise ThimbleError("missing-file", f"there is no model {path}", "check the path")
    if path.suffix.lower() not in _COMPILED:
        raise ThimbleError("not-there-yet", f"making code of {model} is not there yet", _COMPRESS_HINT)
    return OpenedModel(model, path, load_graph(path), is_estimate=False)
