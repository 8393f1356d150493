"""Tasks of a Raspberry Pi: look at it, set it up, measure a model on it, take everything away again."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from codegen.frontends import load_graph
from codegen.single_ends import require_single_ends
from core.bench import LEAST_RUNS, Timed, check_runs
from core.boards.expected import expected_outputs, reference_name
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.tasks.deploy import Samples, load_samples
from core.paths import data_dir, write_atomically
from core.pi.address import PiAddress
from core.pi.connection import PiConnection, connect, host_key
from core.pi.engines import PiEngine, find_engine
from core.pi.events import Beat, Loaded, PiEvent, PiInference, PiWindow, System
from core.pi.inputs import SampleFiles, write_samples
from core.pi.known import remember
from core.pi.measuring import Answered, PiResult, Question, evaluate, measure
from core.pi.preparing import Prepared, prepare
from core.pi.setup.armnn import ArmnnSource, Backend
from core.pi.setup.checks import Circumstances, check_all, disk_needed
from core.pi.setup.environment import remove, set_up
from core.pi.setup.survey import survey
from core.pi.upload import RemoteFolder
from core.work_folder import work_folder

Json = dict[str, Any]


def _connect(params: Json) -> PiConnection:
    """Params of every task here: address (`PiAddress.to_json`), accept_host_key, password (both may be left
    out)."""
    address = PiAddress.from_json(params["address"])
    return connect(address, params.get("accept_host_key"), params.get("password"))


def show_host_key(params: Json, context: JobContext) -> Json:
    """Params: address. Result: kind, fingerprint, state (known, unknown, changed). Nobody logs in."""
    context.progress(0.1, "Asking for the Pi's key")
    return host_key(PiAddress.from_json(params["address"])).to_json()


def check(params: Json, context: JobContext) -> Json:
    """Params: those of `_connect`, engine. Result: facts, checks, fits, free_bytes. Changes nothing there."""
    engine = find_engine(params["engine"])
    context.progress(0.1, "Connecting")
    with _connect(params) as connection:
        context.progress(0.5, "Looking at the Pi")
        facts, free_bytes = survey(connection), RemoteFolder(connection).free_bytes()
        seen = Circumstances(facts, free_bytes, disk_needed(engine, installed=False))
    remember(connection.address, facts.title)
    checks = check_all(seen)
    return {
        "where": connection.address.where,
        "title": facts.title,
        "facts": facts.to_json(),
        "checks": [checked.to_json() for checked in checks],
        "fits": all(checked.problem is None for checked in checks),
        "free_bytes": free_bytes,
    }


def setup(params: Json, context: JobContext) -> Json:
    """Params: those of `_connect`, engine, wheels (a folder; may be left out). Result: facts, already."""
    engine, wheels = find_engine(params["engine"]), _path(params.get("wheels"))
    context.progress(0.02, "Connecting")
    with _connect(params) as connection:
        ready = set_up(RemoteFolder(connection), engine, _tell(context.section(0.1, 1.0)), wheels)
    remember(connection.address, ready.facts.title)
    return {
        "where": connection.address.where,
        "title": ready.facts.title,
        "facts": ready.facts.to_json(),
        "already": ready.already,
    }


def take_away(params: Json, context: JobContext) -> Json:
    """Params: those of `_connect`. Result: removed_bytes."""
    context.progress(0.1, "Connecting")
    with _connect(params) as connection:
        context.progress(0.5, "Removing what Thimble has on the Pi")
        return {"where": connection.address.where, "removed_bytes": remove(RemoteFolder(connection))}


def bench(params: Json, context: JobContext) -> Json:
    """Params: those of `_connect`; model (.tflite, .onnx), model_file (what the engine reads, where it is
    another file), made_from; data or input, scale, runs as in `deploy`; engine, timed, threads, warmup,
    windows, window_s, telemetry, wheels; armnn_library, armnn_archive, armnn_sha256, armnn_backend.

    Result: model, bench (the fields of `bench --json`), verified, accuracy_on_board, labelled_samples.
    Partials `pi-loaded`, `inference`, `window`, `telemetry`. Where it breaks off after some inferences these
    are kept in a file, which the error names. Raises ThimbleError and CodegenError.
    """
    runs = int(params["runs"])
    check_runs(runs)
    engine, armnn = find_engine(params["engine"]), _armnn(params)
    context.progress(0.01, "Reading the model")
    graph = load_graph(params["model"])
    require_single_ends(graph, "verification", "take a model with one input and one output")
    samples = load_samples(params, graph, context.section(0.02, 0.06).watch("Reading the data"))
    context.progress(0.06, "Computing what the outputs must be")
    reference, agree = expected_outputs(params["model"], graph, samples.x[:runs], context.check_cancelled)
    with work_folder() as work:
        files = _files(work, graph, samples, runs)
        question = Question(
            graph,
            files,
            reference,
            agree,
            runs,
            threads=params.get("threads"),
            warmup=int(params.get("warmup") or 0),
            windows=int(params.get("windows") or 0),
            window_s=float(params.get("window_s") or 10.0),
            telemetry=bool(params.get("telemetry", True)),
            timed=Timed(params.get("timed") or Timed.DISK_TO_CLASS.value),
        )
        prepared = prepare(
            lambda: _connect(params),
            engine,
            Path(params.get("model_file") or params["model"]),
            files,
            _tell(context.section(0.1, 0.35)),
            _pause(context),
            _path(params.get("wheels")),
        )
    with prepared.connection:
        context.progress(0.35, f"Starting {engine.title} on {prepared.ready.facts.title}")
        watch = _Watch(context, question, prepared)
        answered = measure(prepared, engine, question, armnn, watch, context.log)
    return _result(params, prepared, question, answered, engine)


def _files(work: Path, graph: Any, samples: Samples, runs: int) -> SampleFiles:
    values = samples.x if samples.values is None else samples.values
    labels = None if samples.labels is None else samples.labels[:runs]
    return write_samples(work, graph, values[:runs], labels, samples.normalization)


class _Watch:
    """Tells what the runner says as events of the job, and stops when the user asks for it."""

    def __init__(self, context: JobContext, question: Question, prepared: Prepared) -> None:
        self._context = context
        self._question = question
        self._title = prepared.ready.facts.title

    def __call__(self, event: PiEvent) -> None:
        context, question = self._context, self._question
        match event:
            case System():
                context.log(f"CPU governor: {event.governor or 'unknown'}")
            case Loaded():
                partition = event.partition and event.partition.to_json()
                context.partial("pi-loaded", {"load_s": event.load_s, "partition": partition})
            case PiInference():
                context.partial("inference", self._inference(event))
                done = (event.index + 1) / question.runs
                text = f"Running on {self._title}: {event.index + 1} of {question.runs}"
                context.progress(0.35 + (0.3 if question.windows else 0.64) * done, text)
            case PiWindow():
                context.partial("window", asdict(event))
                done = (event.index + 1) / question.windows
                context.progress(0.65 + 0.34 * done, f"Window {event.index + 1} of {question.windows}")
            case Beat():
                context.partial("telemetry", event.to_json())
        context.check_cancelled()

    def _inference(self, event: PiInference) -> Json:
        labels = self._question.samples.labels
        disk_to_class = self._question.timed is Timed.DISK_TO_CLASS
        right = None if labels is None else event.predicted == int(labels[event.index % len(labels)])
        return {
            "index": event.index,
            "latency_s": event.total_s if disk_to_class else event.inference_s,
            "energy_j": None,
            "cycles": None,
            "predicted": event.predicted,
            "correct": right,
        }


def _result(
    params: Json, prepared: Prepared, question: Question, answered: Answered, asked: PiEngine
) -> Json:
    """The result; a run that broke off is kept, and told. Raises ThimbleError."""
    error = answered.run.error
    done = len(answered.run.inferences)
    if error is not None and done < LEAST_RUNS:
        raise error
    result = _as_json(params, prepared, question, evaluate(prepared, question, answered), asked)
    if error is None:
        return result
    name = f"{datetime.now():%Y%m%d-%H%M%S}-{Path(params['model']).stem}.json"
    kept = data_dir() / "partial-runs" / name
    kept.parent.mkdir(exist_ok=True)
    ended = {"code": error.code, "what": error.what}
    write_atomically(kept, json.dumps({**result, "ended_by": ended}, indent=1))
    hint = f"{error.hint}; {done} of {question.runs} inferences are kept, marked as partial, in {kept}"
    raise ThimbleError(error.code, error.what, hint)


def _as_json(params: Json, prepared: Prepared, question: Question, result: PiResult, asked: PiEngine) -> Json:
    answered = result.answered
    run, facts = answered.run, prepared.ready.facts
    bench = {
        **result.measurement.to_json(),
        "reference": reference_name(params["model"]),
        "largest_difference": result.verification.largest_difference,
        "inference": result.inference.to_json(),
        "disk_to_class": result.disk_to_class.to_json(),
        "load_s": run.loaded.load_s if run.loaded else None,
        "first_inference_s": run.inferences[0].total_s,
        "asked_engine": asked.id,
        "instead": answered.instead,
        "partition": run.partition and run.partition.to_json(),
        "samples_as": "pictures" if question.samples.as_pictures else "arrays",
        "warmup": question.warmup,
        "throttled_by": run.throttled.names if run.throttled is not None else None,
        "telemetry": [beat.to_json() for beat in run.beats] if question.telemetry else [],
        "pi": {"where": prepared.connection.address.where, "title": facts.title, **facts.to_json()},
    }  # fmt: skip
    labels = question.samples.labels
    predicted = [inference.predicted for inference in run.inferences]
    labelled = 0 if labels is None else min(len(predicted), len(labels))
    right = 0 if labels is None else sum(int(labels[n]) == predicted[n] for n in range(labelled))
    return {
        "model": str(params["model"]),
        "bench": bench,
        "verified": result.measurement.verified,
        "accuracy_on_board": right / labelled if labelled else None,
        "labelled_samples": labelled,
    }


def _tell(context: JobContext) -> Any:
    def tell(part: float, text: str) -> None:
        context.check_cancelled()
        context.progress(part, text)

    return tell


def _pause(context: JobContext) -> Any:
    def pause(seconds: float) -> None:
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            if context.cancel_requested:
                raise CancelledByUser("Waiting for the Pi")
            time.sleep(0.1)

    return pause


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _armnn(params: Json) -> ArmnnSource:
    return ArmnnSource(
        params.get("armnn_library"),
        params.get("armnn_archive"),
        params.get("armnn_sha256"),
        Backend(params.get("armnn_backend") or Backend.CPU_ACC.value),
    )
