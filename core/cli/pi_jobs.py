"""Measuring a model on a Raspberry Pi from the command line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from core.cli.inputs import sample_params
from core.cli.jobs import run_job
from core.cli.measuring import measuring_params
from core.cli.models import compiled_file, model_file
from core.cli.pi_options import connection_params, measurement_params
from core.errors import ThimbleError
from core.work_folder import work_folder

if TYPE_CHECKING:
    from core.cli.terminal import Terminal
    from core.pi.engines import PiEngine

NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


def pi_job(
    arguments: Namespace, runs: int, terminal: Terminal, more: Mapping[str, Any] = NOTHING_MORE
) -> dict[str, Any]:
    """Run `runs` samples of the data (or random ones) on the Pi, and verify. `more` params: of a
    meter, or the file `input` in the place of data, with the file `outputs`. Raises ThimbleError.
    """
    from codegen.frontends import load_graph
    from codegen.single_ends import require_single_ends
    from core.bench import check_runs

    check_runs(runs)
    if getattr(arguments, "profile", False):
        what = "the cycles of layers are those of generated C, which a Raspberry Pi does not run"
        raise ThimbleError("no-profile", what, "leave --profile out")
    params = connection_params(arguments) | measurement_params(arguments)
    deployed, engine = compiled_file(arguments.model, terminal, arguments.allow_unsafe), _engine(arguments)
    graph = load_graph(deployed)  # what a person can mend is told before a worker starts
    require_single_ends(graph, "verification", "take a model with one input and one output")
    params |= {
        "model": str(deployed),
        "model_file": str(_file_for(engine, deployed, arguments, terminal)),
        "engine": engine.id,
        "runs": runs,
        **more,
        **measuring_params(arguments),
    }
    with work_folder() as work:
        if "input" not in more:
            params |= sample_params(arguments, work, graph, runs)
        return run_job("pi-bench", params, terminal)


def _engine(arguments: Namespace) -> PiEngine:
    """The engine that was named, else what reads the file."""
    from core.pi.engines import DEFAULT_ENGINE, find_engine

    by_file = "onnxruntime" if arguments.model.lower().endswith(".onnx") else DEFAULT_ENGINE
    return find_engine(getattr(arguments, "engine", None) or by_file)


def _file_for(engine: PiEngine, deployed: Path, arguments: Namespace, terminal: Terminal) -> Path:
    """What the engine reads. Raises ThimbleError ``other-engine``."""
    from core.models.formats import Form, find_format
    from core.pi.engines import ModelForm

    if engine.form is ModelForm.KERAS:
        file = model_file(arguments.model, terminal, arguments.allow_unsafe)
        fits = find_format(file).read_as in (None, Form.KERAS) and not find_format(file).compiles
    else:
        file = deployed
        fits = file.suffix.lower() == f".{engine.form.value}"
    if fits:
        return file
    raise ThimbleError(
        "other-engine",
        f"{engine.title} reads .{engine.form.value} files, not {Path(arguments.model).name}",
        "name the file of the results that fits (model.tflite, model.onnx, model.keras), or another --engine",
    )
