"""What stands in the place of MODEL: a file or folder of any format, or a built-in architecture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.jobs import run_job
from core.paths import cache_dir

if TYPE_CHECKING:
    from codegen.graph import Graph
    from core.cli.terminal import Terminal
    from core.models.formats import Form


@dataclass(frozen=True, slots=True, eq=False)
class OpenedModel:
    """A model as a Graph. `is_estimate`: it is float, and the Graph is what int8 will make of it."""

    name: str
    path: Path
    graph: Graph
    is_estimate: bool

    @property
    def numbers(self) -> str:
        """What the network computes with; an estimate assumes int8."""
        return self.graph.tensors[self.graph.inputs[0]].dtype.value

    @property
    def is_float(self) -> bool:
        return self.numbers.startswith("float")


def model_file(model: str, terminal: Terminal, allow_unsafe: bool = False) -> Path:
    """A file of the model that is read without TensorFlow: the model's own, or one made of it in the cache.

    Built-in architectures and models of other formats are written once, in a worker. Raises ThimbleError
    ``missing-file``, ``unknown-model``, ``unknown-format``, or what reading the model does.
    """
    from core.models.formats import Form, find_format
    from core.models.loading import check_model_file, is_zoo
    from core.models.zoo import PREFIX

    if is_zoo(model):
        return _zoo_file(model.removeprefix(PREFIX), terminal)
    path = Path(model)
    known = find_format(path)
    form = Form.KERAS if allow_unsafe and not known.compiles else known.read_as
    if form is None:
        return path
    check_model_file(path, allow_unsafe)  # what a person can mend is told before TensorFlow starts
    return imported(path, form, terminal, allow_unsafe)


def imported(path: Path, form: Form, terminal: Terminal, allow_unsafe: bool = False) -> Path:
    """The model in this form, from the cache or made in a worker. Raises ThimbleError."""
    from core.models.imported import imported_file

    there = imported_file(path, form, allow_unsafe)
    if not there.is_file():
        params = {"model": str(path), "form": form.value, "allow_unsafe": allow_unsafe}
        run_job("import-model", params, terminal)
    return there


def _zoo_file(name: str, terminal: Terminal) -> Path:
    from core.models.zoo import find_architecture

    find_architecture(name)
    path = cache_dir() / "zoo" / f"{name}.keras"
    if not path.is_file():
        run_job("core.jobs.tasks.zoo_model:save", {"name": name, "path": str(path)}, terminal)
    return path


def open_any(model: str, terminal: Terminal, allow_unsafe: bool = False) -> OpenedModel:
    """What the compiler reads as it is, or a Keras model as an estimate of the int8 model that it becomes.

    Raises ThimbleError or CodegenError.
    """
    from codegen.as_int8 import as_int8
    from codegen.frontends import load_graph
    from core.models.formats import find_format
    from core.models.keras_graph import read_keras_graph

    path = model_file(model, terminal, allow_unsafe)
    if find_format(path).compiles:
        return OpenedModel(model, path, load_graph(path), is_estimate=False)
    return OpenedModel(model, path, as_int8(read_keras_graph(path)), is_estimate=True)


def open_compiled(model: str, terminal: Terminal, allow_unsafe: bool = False) -> OpenedModel:
    """A model that code can be made of: what the compiler reads, or a Keras model as float TFLite.

    Raises ThimbleError or CodegenError.
    """
    from codegen.frontends import load_graph

    path = compiled_file(model, terminal, allow_unsafe)
    if path.name != Path(model).name:
        terminal.say("the model computes with floats; `thimble compress` makes it smaller and faster")
    return OpenedModel(model, path, load_graph(path), is_estimate=False)


def compiled_file(model: str, terminal: Terminal, allow_unsafe: bool = False) -> Path:
    """The file that code is made of: its own, or its float TFLite in the cache. Raises ThimbleError."""
    from core.models.formats import Form, find_format

    path = model_file(model, terminal, allow_unsafe)
    if find_format(path).compiles:
        return path
    return imported(path, Form.TFLITE, terminal)
