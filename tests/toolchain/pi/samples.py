"""A small model and what it must compute, ready to be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from codegen.frontends import load_graph
from core.boards.expected import expected_outputs
from core.pi.events import PiEvent
from core.pi.inputs import SampleFiles, write_samples
from core.pi.measuring import Question
from core.pi.preparing import Prepared
from core.pi.run import PiJob, PiRun, run_job
from tests.unit.cli.models import write_int8_tflite

SAMPLES = 5
#: Runs that last longer than whatever a test does meanwhile.
ENDLESS = 1_000_000


@dataclass(frozen=True)
class Sample:
    """The model's file, and a question of `SAMPLES` inferences."""

    model: Path
    question: Question

    @property
    def files(self) -> SampleFiles:
        return self.question.samples

    def asked(self, runs: int, **more: Any) -> Question:
        return replace(self.question, runs=runs, **more)

    def job(self, prepared: Prepared, runs: int, **more: Any) -> PiJob:
        placed, preparation = prepared.placed, self.files.preparation
        fields = {"engine": "xnnpack", "threads": 1, **more}
        return PiJob(model=placed.model, samples=placed.samples, preparation=preparation, runs=runs, **fields)


def sample_model(folder: Path) -> Sample:
    model = write_int8_tflite(folder / "tiny.tflite")
    graph = load_graph(model)
    x = np.random.default_rng(1).integers(-128, 128, (SAMPLES, 4), np.int8)
    files = write_samples(folder, graph, x)
    reference, agree = expected_outputs(str(model), graph, files.x, lambda: None)
    return Sample(model, Question(graph, files, reference, agree, SAMPLES, threads=1))


def nobody_listens(*_: object) -> None:
    """For progress and events."""


def run_on(
    prepared: Prepared, job: PiJob, on_event: Callable[[PiEvent], Any] = nobody_listens, **more: Any
) -> PiRun:
    return run_job(prepared.connection, prepared.ready.python, prepared.placed.runner, job, on_event, **more)
