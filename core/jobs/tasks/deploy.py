"""Build a model for a board, run test samples on it, measure and verify."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.compiler import Compilation, compile_model
from codegen.firmware import FirmwareImage, build_firmware, check_profile
from codegen.frontends import load_graph
from codegen.graph import Graph
from codegen.options import BuildOptions
from codegen.single_ends import require_single_ends
from codegen.targets.board import Board
from core.bench import bench, check_runs, estimate_energy
from core.bench.windows import WindowPlan
from core.boards.agreement import Agreement
from core.boards.catalogue import board_named
from core.boards.expected import expected_outputs, reference_name
from core.boards.layout import to_graph_layout
from core.boards.placing import check_plugged_in, place
from core.boards.put import Put
from core.boards.quantization import to_model_input
from core.boards.session import ANYWHERE, Inference, Placed
from core.data import check_fits, load_for_model
from core.data.preprocessing import options_given
from core.data.samples import Watch
from core.data.scaling import Normalization
from core.data.source import nobody_watches
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.measuring import around_board, facts_of, profile_of, window_plan, window_watcher
from core.jobs.priority import lowered
from core.meters.choice import parse_meter
from core.meters.metering import NO_METER, Metering, metering
from core.paths import cache_dir, output_dir
from core.report.deploy_record import save_deploy

Array = npt.NDArray[Any]

_DEFAULT_RUNS = 100
_SEED = 0
#: For a board that gets its power through the meter: to start, and to be found on USB.
_STARTS_S = 10.0
#: The part of the job that needs no board.
PREPARED = 0.33
_BUILD_OPTIONS = ("compiler", "encoding", "planner")


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Inputs in the model's own type, where known the right classes, and the type of the outputs.

    Where they come from data, `values` are the same as floats, which `normalization` made of raw numbers.
    """

    x: Array
    labels: Array | None
    output_type: np.dtype[Any]
    values: Array | None = None
    normalization: Normalization | None = None

    def predicted(self, outputs: Array) -> Array:
        """The class of each output; `outputs` are bytes, ``[samples, output_bytes]``."""
        return np.asarray(np.argmax(outputs.view(self.output_type), axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A built program, what is sent to it, and what it has to answer, whichever board it runs on.

    `windows` and `profile` are what else was asked for.
    """

    model: str
    runs: int
    compilation: Compilation
    image: FirmwareImage
    samples: Samples
    reference: Array
    agree: Agreement
    windows: WindowPlan | None
    profile: bool

    def to_json(self) -> dict[str, Any]:
        """The part of the result of `deploy` that is the same for every board of the kind."""
        return {
            "plan": {"model": self.model, **self.compilation.plan_json()},
            "build": self.image.to_json(),
        }


def deploy(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (.tflite, .onnx), made_from (the file that the user named, where that is another one),
    board, port (of a board on USB; may be left out), out, runs, data (a name or path; options as in
    `evaluate`) or input (an .npy), the build options compiler, encoding, planner, and what is measured
    besides: windows (how many), window_s, profile (whether to count each layer); and record, a folder that
    gets the result as deploy.json. Result: plan, build, bench, verified, accuracy_on_board (None without
    labels), labelled_samples (how many that is the accuracy of), port (where the board is now; None for one
    that is at no port), its serial_number and name (may be empty), placed (a `Put`; None where nothing has to
    be flashed). Partials `inference`: index, latency_s, energy_j (an estimate; None with a meter), cycles,
    predicted, correct; `window` after each: index, inferences, seconds.

    With `meter` (as on the command line), the energy is measured: partials `power` (folder, samples, lost)
    tell how far `core.meters.stream` can read, in the folder `recording` (out, where it is left out);
    `samples` names a CSV for them. A meter that fails while the board runs leaves the latencies, and tells
    why in bench.meter.fault.

    Raises ThimbleError and CodegenError for what a person can mend.
    """
    board, port, meter_words = board_named(params["board"]), params.get("port"), params.get("meter")
    feeds = meter_words is not None and parse_meter(meter_words).kind.feeds
    if not feeds:
        check_plugged_in(board, port)
    csv = Path(params["samples"]) if params.get("samples") else None
    recording = Path(params.get("recording") or params["out"])
    # From the beginning: a fault of the meter is told at once, and some boards get their power through it.
    more_follow = bool(params.get("windows"))
    with metering(meter_words, recording, context, csv, more_follow) as meter:
        if feeds:
            check_plugged_in(board, port, _STARTS_S)
        prepared = lowered(lambda: prepare(params, context.section(0.0, PREPARED)))
        ran = run_on_board(prepared, port, context.section(PREPARED, 1.0), meter=meter)
    return kept(params, {**prepared.to_json(), **ran})


def kept(params: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """The result, written into the folder `record` where one is named."""
    if params.get("record"):
        save_deploy(Path(params["record"]), result)
    return result


def prepare(params: dict[str, Any], context: JobContext) -> Prepared:
    """All that needs no board, for the params of `deploy`. Raises as it does."""
    runs = int(params.get("runs", _DEFAULT_RUNS))
    check_runs(runs)
    board = board_named(params["board"])
    options = BuildOptions(**{k: params[k] for k in _BUILD_OPTIONS if params.get(k)})
    out = output_dir(Path(params["out"]))

    context.progress(0.05, "Reading the model")
    graph = load_graph(params["model"])
    compilation = compile_model(graph, board, options)
    require_single_ends(graph, "verification", "run it with `thimble run`, inputs by name in an .npz file")
    if params.get("profile"):
        check_profile(compilation)
    samples = load_samples(params, graph, context.section(0.05, 0.25).watch("Reading the data"))
    context.check_cancelled()

    cache = cache_dir() / "compiler"
    first = options.compiler == "zig" and not cache.exists()
    context.progress(
        0.25, "Building the program for the board" + (" (longer the first time)" if first else "")
    )
    image = build_firmware(compilation, out, cache)
    context.check_cancelled()

    context.progress(0.9, "Computing what the outputs must be")
    reference, agree = expected_outputs(params["model"], graph, samples.x[:runs], context.check_cancelled)
    return Prepared(
        model=str(params["model"]),
        runs=runs,
        compilation=compilation,
        image=image,
        samples=samples,
        reference=reference,
        agree=agree,
        windows=window_plan(params, board),
        profile=bool(params.get("profile")),
    )


def run_on_board(
    prepared: Prepared,
    port: str | None,
    context: JobContext,
    alone: Callable[[], AbstractContextManager[object]] = nullcontext,
    meter: Metering = NO_METER,
) -> dict[str, Any]:
    """Put the program on the board at `port`, run the samples, verify: what of the result of `deploy`
    is the board's own. `alone` as in Surroundings. Raises as `deploy` does."""
    board, image, samples = prepared.compilation.board, prepared.image, prepared.samples
    x = samples.x[: prepared.runs]
    profile, profiled, first = None, ANYWHERE, 0.0
    if prepared.profile:
        # First, so that the ordinary program is what stays on the board.
        first = 0.2
        part = context.section(0.0, first)
        profile, profiled = profile_of(prepared.compilation, x, port, part, alone)
    around = around_board(context.section(first, first + 0.1), alone)
    placed = place(image, prepared.compilation, profiled.port or port, around)
    context.check_cancelled()
    context.progress(first + 0.1, f"Starting {board.title}")
    part = context.section(first + 0.1, 0.99)
    meter.before_series()
    series = bench(
        image,
        board,
        x,
        prepared.reference,
        prepared.runs,
        _watcher(part.section(0.0, 0.5 if prepared.windows else 1.0), board, samples, prepared.runs, meter),
        prepared.agree,
        placed,
        facts_of(board, image.compiler),
        prepared.windows,
        window_watcher(part.section(0.5, 1.0), board),
    )
    outcome = meter.outcome(replace(series.measurement, profile=profile))
    context.progress(1.0, "Done")
    return {
        "bench": {**outcome.to_json(), "reference": reference_name(prepared.model)},
        "verified": series.measurement.verified,
        "accuracy_on_board": _accuracy(series.outputs, samples),
        "labelled_samples": _labelled(series.outputs, samples),
        "port": placed.port,
        "serial_number": placed.serial_number,
        "name": placed.name,
        "placed": _put_by(profiled, placed),
    }


def _put_by(first: Placed, then: Placed) -> str | None:
    """What the board had before is known by the first program that was written to it."""
    wrote = first.put is not None and first.put is not Put.RAN_ALREADY
    put = first.put if wrote else then.put
    return None if put is None else put.value


def load_samples(params: dict[str, Any], graph: Graph, watch: Watch = nobody_watches) -> Samples:
    """The test samples of `data`, or those in the file `input`."""
    tensor = graph.tensors[graph.inputs[0]]
    result = graph.tensors[graph.outputs[0]]
    if params.get("data"):
        model = params.get("made_from") or params.get("model", "")
        options = options_given(params)
        data = load_for_model(params["data"], model, tensor.shape[1:], options, watch=watch)
        check_fits(data, tensor.shape[1:], result.elements)
        # A board never gets more samples than these; sets larger than memory are not read further.
        places = places_of_all_classes(len(data.x_test), int(params.get("runs", _DEFAULT_RUNS)))
        values = data.x_test[places]
        x, labels = to_model_input(values, tensor), data.y_test[places]
        return Samples(x, labels, result.dtype.numpy, values, data.normalization)
    if params.get("input"):
        x = to_model_input(_read_npy(Path(params["input"])), tensor, graph.file_shape(tensor.name))
        return Samples(to_graph_layout(graph, tensor.name, x), None, result.dtype.numpy)
    raise ThimbleError("no-samples", "there is nothing to run on the board", "name data or an input file")


def places_of_all_classes(samples: int, wanted: int) -> npt.NDArray[np.int64]:
    """Which of the test samples a board gets: the same at random every time, in ascending order.

    The first ones would be of one class where the data are sorted by class, as folders of pictures are.
    """
    return np.sort(np.random.default_rng(_SEED).permutation(samples)[:wanted])


def _read_npy(path: Path) -> Array:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ThimbleError(
            "bad-input", f"cannot read {path} as .npy: {error}", "save it with numpy.save"
        ) from error
    if not isinstance(loaded, np.ndarray):
        raise ThimbleError("bad-input", f"{path} holds several arrays", "give an .npy file with one array")
    return loaded


def _watcher(
    context: JobContext, board: Board, samples: Samples, runs: int, meter: Metering
) -> Callable[[Inference], None]:
    """Tells each inference, and stops the session when the user asks for it."""

    def watch(inference: Inference) -> None:
        meter.inference_ended()
        energy = None if meter.measures else estimate_energy(board, inference.latency_s)
        predicted = int(samples.predicted(inference.output))
        context.partial(
            "inference",
            {
                "index": inference.index,
                "latency_s": inference.latency_s,
                "energy_j": energy.energy_j if energy else None,
                "cycles": inference.cycles,
                "predicted": predicted,
                "correct": _is_correct(samples, inference.index, predicted),
            },
        )
        done = (inference.index + 1) / runs
        context.progress(done, f"Running on {board.title}: {inference.index + 1} of {runs}")
        context.check_cancelled()

    return watch


def _is_correct(samples: Samples, index: int, predicted: int) -> bool | None:
    if samples.labels is None:
        return None
    return predicted == int(samples.labels[index % len(samples.labels)])


def _accuracy(outputs: Array, samples: Samples) -> float | None:
    """The fraction of right classes; samples that ran more than once count once."""
    if samples.labels is None:
        return None
    count = _labelled(outputs, samples)
    return float(np.mean(samples.predicted(outputs[:count]) == samples.labels[:count]))


def _labelled(outputs: Array, samples: Samples) -> int:
    """How many samples ran whose right class is known."""
    return 0 if samples.labels is None else min(len(outputs), len(samples.labels))
