"""A measurement on a Pi that is ready: the engine asked for, or the one that stands in for it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
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
from core.pi.listener import Listener
from core.pi.preparing import Prepared
from core.pi.run import Delegate, PiJob, PiRun, run_job
from core.pi.setup.armnn import ArmnnSource, Backend, find_delegate, library_hash
from core.pi.verification import Verification, outputs_of, verify
from core.report.units import counted

Array = npt.NDArray[Any]
OnEvent = Callable[[PiEvent], None]

#: Inferences with which a delegate is tried.
_PROBED = 3
#: Of a run with a delegate: these are its own.
_DELEGATE_FAULTS = frozenset(("engine-crashed", "engine-failed", "engine-hangs", "pi-out-of-memory"))


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is measured. `reference` are the right outputs for each of `samples.x`, `agree` their rule.

    `threads` None: as many as the Pi has cores. `probe_hang_s`: `PiJob.hang_s` of trying a delegate.
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
    probe_hang_s: float | None = None


@dataclass(frozen=True, slots=True)
class DelegateUse:
    """A delegate that was asked for: its file on the Pi, and what it printed, as of refused operators.

    `ran`: it computed what was measured; otherwise it was only tried.
    """

    library: str
    sha256: str
    backend: Backend
    ran: bool
    log: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "backend": self.backend.value, "log": list(self.log)}


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """`engine` is what computed, `instead` why it is another than the one that was asked for.

    `delegate` is there where one was found.
    """

    engine: PiEngine
    run: PiRun
    threads: int
    instead: str | None = None
    delegate: DelegateUse | None = None


def measure(
    prepared: Prepared, engine: PiEngine, question: Question, armnn: ArmnnSource, listener: Listener
) -> Answered:
    """Run it. An engine with a delegate is tried first, in a process of its own; where that or the
    measurement shows that the delegate does not work, the engine that stands in for it is measured.

    Raises ThimbleError.
    """
    job = _job(prepared, engine, question)
    if not engine.delegate:
        return Answered(engine, _series(prepared, job, listener), job.threads)
    run, use, reason = _delegated(prepared, job, question, armnn, listener)
    if run is not None and reason is None:
        return Answered(engine, run, job.threads, delegate=use)
    other = find_engine(str(engine.fallback))
    listener.say(f"{reason}; {other.title} runs instead")
    run = _series(prepared, replace(job, engine=other.id), listener)
    return Answered(other, run, job.threads, reason, use and replace(use, ran=False))


def _job(prepared: Prepared, engine: PiEngine, question: Question) -> PiJob:
    return PiJob(
        engine=engine.id,
        model=prepared.placed.model,
        samples=prepared.placed.samples,
        preparation=question.samples.preparation,
        runs=question.runs,
        threads=question.threads or prepared.ready.facts.cores,
        warmup=question.warmup,
        windows=question.windows,
        window_s=question.window_s,
        telemetry=question.telemetry,
    )


def _run(prepared: Prepared, job: PiJob, on_event: OnEvent, check: Callable[[], None]) -> PiRun:
    connection, python, runner = prepared.connection, prepared.ready.python, prepared.placed.runner
    return run_job(connection, python, runner, job, on_event, check)


def _series(prepared: Prepared, job: PiJob, listener: Listener) -> PiRun:
    listener.before_series()
    return _run(prepared, job, listener.event, listener.check)


def _delegated(
    prepared: Prepared, job: PiJob, question: Question, armnn: ArmnnSource, listener: Listener
) -> tuple[PiRun | None, DelegateUse | None, str | None]:
    """The run, whose delegate it was, and None; otherwise the last is why the delegate cannot be used.

    Raises ThimbleError, of a broken connection and of an installation that failed.
    """
    try:
        library = find_delegate(prepared.folder, armnn, listener.sent)
        sha256 = library_hash(prepared.folder, library)
    except ThimbleError as error:
        if error.code != "no-armnn":  # what was asked for is broken, and a person can mend it
            raise
        return None, None, error.what
    options = {"backends": armnn.backend.value, "logging-severity": "info"}
    if armnn.backend is Backend.CPU_ACC:
        options["number-of-threads"] = str(job.threads)
    job = replace(job, delegate=Delegate(library, options), libraries=(posixpath.dirname(library),))
    runs = min(_PROBED, job.runs)
    probe = replace(job, runs=runs, warmup=0, windows=0, telemetry=False, hang_s=question.probe_hang_s)
    listener.say(f"Trying the Arm NN delegate in a process of its own: {counted(runs, 'inference')}")
    run = _run(prepared, probe, lambda event: None, listener.check)
    reason = _why_not(run, question)
    if reason is None:
        run = _series(prepared, job, listener)
        reason = _fault(run)
    use = DelegateUse(library, sha256, armnn.backend, ran=True, log=tuple(run.log))
    return run, use, reason and f"the Arm NN delegate {reason}"


def _why_not(run: PiRun, question: Question) -> str | None:
    """What is wrong with a delegate that was tried; None where all is well. Raises ThimbleError."""
    if run.error is not None and run.error.code not in _DELEGATE_FAULTS:
        raise run.error
    if (fault := _fault(run)) is not None:
        return fault
    if run.partition is None or run.partition.delegated == 0:
        return "takes none of the operators of this network"
    verification = _verified(question, run)
    if not verification.verified and verification.rule is not Rule.NOTHING:
        return "computes something else than TFLite"
    return None


def _fault(run: PiRun) -> str | None:
    """Why a run with a delegate broke off, if that is the delegate's doing."""
    if run.error is None or run.error.code not in _DELEGATE_FAULTS:
        return None
    after = f" after {counted(len(run.inferences), 'inference')}" if run.inferences else ""
    return f"does not work{after}: {run.error.what.removeprefix('on the Pi: ')}"


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
