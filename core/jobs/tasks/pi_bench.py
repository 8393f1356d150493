"""Measure a model on a Raspberry Pi, and verify what it computes there."""

from __future__ import annotations

import io
import json
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from codegen.frontends import load_graph
from codegen.single_ends import require_single_ends
from core.bench import LEAST_RUNS, Timed, check_runs
from core.bench.windows import WINDOW_S
from core.boards.expected import expected_outputs, reference_name
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.measuring import window_plan
from core.jobs.priority import lowered
from core.jobs.tasks.deploy import Samples, load_samples
from core.jobs.tasks.pi import connect_as_asked, path_of, told_to
from core.meters.metering import Metering, Outcome, metering
from core.paths import data_dir, output_dir, write_atomically
from core.pi.board import PI, pi_board
from core.pi.engines import PiEngine, find_engine
from core.pi.events import Beat, Loaded, PiEvent, PiInference, PiWindow, System
from core.pi.inputs import SampleFiles, write_samples
from core.pi.listener import Listener
from core.pi.measuring import Answered, PiResult, Question, evaluate, measure
from core.pi.preparing import Prepared, prepare
from core.pi.setup.armnn import ArmnnSource, require_archive
from core.pi.verification import outputs_of
from core.work_folder import work_folder

Json = dict[str, Any]


def bench(params: Json, context: JobContext) -> Json:
    """Params: those of `connect_as_asked`; model (.tflite, .onnx), model_file (what the engine reads, if it
    is another file), made_from; data or input, options, runs, meter, recording, samples as in `deploy`;
    engine, timed, threads, warmup, windows, window_s, telemetry, wheels; those of `ArmnnSource.from_params`.

    Result: model, bench (the fields of `bench --json`), verified, accuracy_on_board, labelled_samples.
    With `outputs`, a file for them: those of the samples, ``[samples, …]`` in the layout of the Graph.
    Partials `pi-loaded`, `inference`, `window`, `telemetry`; where another engine takes over, inferences are
    counted from 0 again. Where it breaks off after some inferences these are kept in a file, which the error
    names. Raises ThimbleError and CodegenError.
    """
    runs = int(params["runs"])
    check_runs(runs)
    engine, armnn = find_engine(params["engine"]), ArmnnSource.from_params(params)
    if engine.delegate:
        require_archive(armnn)
    windows = window_plan(params, pi_board())
    context.progress(0.01, "Reading the model")
    graph = load_graph(params["model"])
    require_single_ends(graph, "verification", "take a model with one input and one output")
    samples = load_samples(params, graph, context.section(0.02, 0.06).watch("Reading the data"))
    context.progress(0.06, "Computing what the outputs must be")
    x = samples.x[:runs]
    reference, agree = lowered(lambda: expected_outputs(params["model"], graph, x, context.check_cancelled))
    recorded = _recorded(params)
    csv = Path(params["samples"]) if params.get("samples") else None
    # the meter first: a fault of it is told at once, and a Pi may get its power through it
    reach = {name: params.get(name) for name in ("address", "accept_host_key", "password")}
    with (
        work_folder() as work,
        metering(params.get("meter"), recorded or work, context, csv, pi=reach) as meter,
    ):
        files = _files(work, graph, samples, runs)
        question = Question(
            graph,
            files,
            reference,
            agree,
            runs,
            threads=params.get("threads"),
            warmup=int(params.get("warmup") or 0),
            windows=windows.number if windows else 0,
            window_s=windows.window_s if windows else WINDOW_S,
            telemetry=bool(params.get("telemetry", True)),
            timed=Timed(params.get("timed") or Timed.DISK_TO_CLASS.value),
        )
        prepared = prepare(
            lambda: connect_as_asked(params),
            engine,
            Path(params.get("model_file") or params["model"]),
            files,
            told_to(context.section(0.1, 0.3 if engine.delegate else 0.35)),
            _pause(context),
            path_of(params.get("wheels")),
        )
        with prepared.connection:
            begun = 0.3 if engine.delegate else 0.35
            context.progress(begun, f"Starting {engine.title} on {prepared.ready.facts.title}")
            listener = Listener(
                _Watch(context, question, prepared, meter),
                context.log,
                context.section(0.3, 0.35).watch("Bringing Arm NN to the Pi"),
                context.check_cancelled,
                meter.before_series,
            )
            answered = measure(prepared, engine, question, armnn, listener)
        return _result(params, prepared, question, answered, engine, meter)


def _recorded(params: Json) -> Path | None:
    """The folder that outlives the job, for whoever draws the meter's samples afterwards."""
    return output_dir(Path(params["recording"])) if params.get("recording") else None


def _files(work: Path, graph: Any, samples: Samples, runs: int) -> SampleFiles:
    values = samples.x if samples.values is None else samples.values
    labels = None if samples.labels is None else samples.labels[:runs]
    return write_samples(work, graph, values[:runs], labels, samples.normalization)


class _Watch:
    """Tells what the runner says as events of the job, and stops when the user asks for it."""

    def __init__(self, context: JobContext, question: Question, prepared: Prepared, meter: Metering) -> None:
        self._meter = meter
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
                self._meter.inference_ended()
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
    params: Json,
    prepared: Prepared,
    question: Question,
    answered: Answered,
    asked: PiEngine,
    meter: Metering,
) -> Json:
    """The result; a run that broke off is kept, and told. Raises ThimbleError."""
    error = answered.run.error
    done = len(answered.run.inferences)
    if error is not None and done == 0:
        raise error
    if error is not None and done < LEAST_RUNS:
        raise _kept(params, question, error, done, _first_alone(params, prepared, answered, asked))
    evaluated = evaluate(prepared, question, answered)
    result = _as_json(params, prepared, question, evaluated, asked, meter.outcome(evaluated.measurement))
    if error is not None:
        raise _kept(params, question, error, done, result)
    _write_outputs(params, question, answered)
    return result


def _kept(params: Json, question: Question, error: ThimbleError, done: int, result: Json) -> ThimbleError:
    """What came before it broke off goes to a file, which the error names."""
    name = f"{datetime.now():%Y%m%d-%H%M%S}-{Path(params['model']).stem}.json"
    kept = data_dir() / "partial-runs" / name
    kept.parent.mkdir(exist_ok=True)
    ended = {"code": error.code, "what": error.what}
    write_atomically(kept, json.dumps({**result, "ended_by": ended}, indent=1))
    hint = f"{error.hint}; {done} of {question.runs} inferences are kept, marked as partial, in {kept}"
    return ThimbleError(error.code, error.what, hint)


def _first_alone(params: Json, prepared: Prepared, answered: Answered, asked: PiEngine) -> Json:
    """One inference, of which there are no statistics."""
    run, facts = answered.run, prepared.ready.facts
    first = run.inferences[0]
    bench = {
        "board": PI,
        "engine": answered.engine.id,
        "asked_engine": asked.id,
        "instead": answered.instead,
        "runs": 1,
        "partial": True,
        "load_s": run.loaded.load_s if run.loaded else None,
        "first_inference_s": first.total_s,
        "inference_s": first.inference_s,
        "pi": {"where": prepared.connection.address.where, "title": facts.title, **facts.to_json()},
    }
    return {"model": str(params["model"]), "bench": bench}


def _write_outputs(params: Json, question: Question, answered: Answered) -> None:
    if not params.get("outputs"):
        return
    inferences = answered.run.inferences[: len(question.samples.x)]
    stream = io.BytesIO()
    np.save(stream, outputs_of(question.graph, inferences, question.reference.dtype))
    write_atomically(Path(params["outputs"]), stream.getvalue())


def _as_json(
    params: Json,
    prepared: Prepared,
    question: Question,
    result: PiResult,
    asked: PiEngine,
    outcome: Outcome,
) -> Json:
    answered = result.answered
    run, facts = answered.run, prepared.ready.facts
    bench = {
        **outcome.to_json(),
        "reference": reference_name(params["model"]),
        "largest_difference": result.verification.largest_difference,
        "inference": result.inference.to_json(),
        "disk_to_class": result.disk_to_class.to_json(),
        "load_s": run.loaded.load_s if run.loaded else None,
        "first_inference_s": run.inferences[0].total_s,
        "asked_engine": asked.id,
        "instead": answered.instead,
        "partition": run.partition and run.partition.to_json(),
        "delegate": answered.delegate and answered.delegate.to_json(),
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


def _pause(context: JobContext) -> Any:
    def pause(seconds: float) -> None:
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            if context.cancel_requested:
                raise CancelledByUser("Waiting for the Pi")
            time.sleep(0.1)

    return pause
