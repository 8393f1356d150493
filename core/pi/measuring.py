"""A measurement on a Pi that is ready: the engine asked for, or the one that stands in for it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.bench import Facts, Measurement, Series, Source, Timed
from core.bench.windows import WINDOW_S, Window, WindowPlan, Windows
from core.boards.agreement import Agreement, Rule
from core.errors import ThimbleError
from core.pi.board import PI, estimated_energy
from core.pi.engines import PiEngine, find_engine
from core.pi.events import PiEvent
from core.pi.inputs import SampleFiles
from core.pi.preparing import Prepared
from core.pi.run import Delegate, PiJob, PiRun, run_job
from core.pi.setup.armnn import ArmnnSource, Backend, find_delegate
from core.pi.verification import Verification, outputs_of, verify

Array = npt.NDArray[Any]
OnEvent = Callable[[PiEvent], None]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is measured. `reference` are the right outputs for each of `samples.x`, `agree` their rule.

    `threads` None: as many as the Pi has cores.
    """

    graph: Graph
    samples: SampleFiles
    reference: Array
    agree: Agreement
    runs: int
    threads: int | None = None
    warmup: int = 0
    windows: int = 0
    window_s: float = WINDOW_S
    telemetry: bool = True
    timed: Timed = Timed.DISK_TO_CLASS


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """`engine` is what computed, `instead` why it is another than the one that was asked for."""

    engine: PiEngine
    run: PiRun
    threads: int
    instead: str | None = None


def measure(
    prepared: Prepared,
    engine: PiEngine,
    question: Question,
    armnn: ArmnnSource,
    on_event: OnEvent,
    say: Callable[[str], None],
    before_series: Callable[[], None] = lambda: None,
) -> Answered:
    """Run it; an engine with a delegate is tried first, in a process of its own.

    `before_series` is called when all that is left is to measure. Raises ThimbleError.
    """
    threads = question.threads or prepared.ready.facts.cores
    job = PiJob(
        engine=engine.id,
        model=prepared.placed.model,
        samples=prepared.placed.samples,
        preparation=question.samples.preparation,
        runs=question.runs,
        threads=threads,
        warmup=question.warmup,
        windows=question.windows,
        window_s=question.window_s,
        telemetry=question.telemetry,
    )
    instead = None
    if engine.delegate:
        job, instead = _with_delegate(prepared, job, question, armnn, say)
    if instead is not None:
        engine = find_engine(str(engine.fallback))
        job = replace(job, engine=engine.id)
        say(f"{instead}; {engine.title} runs instead")
    before_series()
    return Answered(engine, _run(prepared, job, on_event), threads, instead)


def _run(prepared: Prepared, job: PiJob, on_event: OnEvent) -> PiRun:
    return run_job(prepared.connection, prepared.ready.python, prepared.placed.runner, job, on_event)


def _with_delegate(
    prepared: Prepared, job: PiJob, question: Question, armnn: ArmnnSource, say: Callable[[str], None]
) -> tuple[PiJob, str | None]:
    """The job with the delegate, and None; or the job as it was, and why the delegate cannot be used."""
    try:
        library = find_delegate(
            prepared.folder,
            armnn,
            lambda sent, total: say(f"Arm NN: {sent / 1e6:.0f} of {total / 1e6:.0f} MB"),
        )
    except ThimbleError as error:
        if error.code == "connection-lost":
            raise
        return job, error.what
    options = {"backends": armnn.backend.value, "logging-severity": "info"}
    if armnn.backend is Backend.CPU_ACC:
        options["number-of-threads"] = str(job.threads)
    delegated = replace(job, delegate=Delegate(library, options), libraries=(posixpath.dirname(library),))
    probe = replace(delegated, runs=1, warmup=0, windows=0, telemetry=False)
    run = _run(prepared, probe, lambda event: None)
    if run.error is not None and run.error.code in ("connection-lost", "pi-frozen", "pi-silent"):
        raise run.error
    reason = _why_not(run, question)
    return (job, f"the Arm NN delegate {reason}") if reason else (delegated, None)


def _why_not(run: PiRun, question: Question) -> str | None:
    """What is wrong with a delegate after one inference; None where all is well."""
    if run.error is not None:
        return f"does not work: {run.error.what.removeprefix('on the Pi: ')}"
    if run.partition is None or run.partition.delegated == 0:
        return "takes none of the operators of this network"
    verification = _verified(question, run)
    if not verification.verified and verification.rule is not Rule.NOTHING:
        return "computes something else than TFLite"
    return None


def _verified(question: Question, run: PiRun) -> Verification:
    order = np.arange(len(run.inferences)) % len(question.reference)
    outputs = outputs_of(question.graph, run.inferences, question.reference.dtype)
    return verify(question.graph, outputs, question.reference[order], question.agree)


def _windows(question: Question, run: PiRun) -> Windows | None:
    """Those that ended; None without any."""
    if not run.windows:
        return None
    plan = WindowPlan(question.windows, question.window_s)
    warm_up = question.warmup + len(run.inferences)
    return Windows(plan, warm_up, tuple(Window(each.inferences, each.seconds) for each in run.windows))


@dataclass(frozen=True, slots=True)
class PiResult:
    """A measurement, and what only a Pi has to tell of it."""

    measurement: Measurement
    verification: Verification
    answered: Answered
    #: The other of the two times that every inference has: the engine alone, or from the disk to the class.
    inference: Series
    disk_to_class: Series


def evaluate(prepared: Prepared, question: Question, answered: Answered) -> PiResult:
    """The values of `core.bench` for what ran. Raises ThimbleError ``too-few-runs``."""
    run, facts = answered.run, prepared.ready.facts
    load_s = run.loaded.load_s if run.loaded else 0.0
    totals, alone = (
        Series((load_s + times[0], *times[1:]) if times else ())
        for times in (
            tuple(inference.total_s for inference in run.inferences),
            tuple(inference.inference_s for inference in run.inferences),
        )
    )
    series = totals if question.timed is Timed.DISK_TO_CLASS else alone
    throttled = run.throttled
    verification = _verified(question, run)
    measurement = Measurement(
        board=PI,
        engine=answered.engine.id,
        series=series,
        timing=Source.MEASURED,
        energy=estimated_energy(facts.model, series.mean_s),
        verified=verification.verified,
        agreement=verification.rule,
        timed=question.timed,
        facts=Facts(
            tools={"python": facts.python_words, **(run.loaded.packages if run.loaded else {})},
            threads=answered.threads,
            governor=run.system.governor if run.system else None,
            throttled=None if throttled is None else bool(throttled),
        ),
        partial=len(run.inferences) < question.runs or len(run.windows) < question.windows,
        windows=_windows(question, run),
    )
    return PiResult(measurement, verification, answered, alone, totals)
