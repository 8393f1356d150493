"""Connections that break: what was done is kept, and nothing is left running on the Pi."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile

import pytest

from core.errors import ThimbleError
from core.pi.connection import PiConnection, connect
from core.pi.engines import find_engine
from core.pi.events import PiEvent, PiInference
from core.pi.measuring import evaluate, measure
from core.pi.preparing import RUNNER, prepare
from core.pi.setup.armnn import ArmnnSource
from tests.toolchain.pi.loopback import Loopback, all_gone
from tests.toolchain.pi.samples import ENDLESS, Sample, nobody_listens


def test_a_dropped_connection_keeps_what_came_and_ends_the_job(pi: Loopback, sample: Sample) -> None:
    def drop(event: PiEvent) -> None:
        if isinstance(event, PiInference) and event.index == 20:
            pi.drop()

    own = prepare(
        lambda: connect(pi.address, pi.fingerprint),
        find_engine("xnnpack"),
        sample.model,
        sample.files,
        nobody_listens,
        nobody_listens,
    )
    question = sample.asked(ENDLESS)
    with own.connection:
        answered = measure(own, find_engine("xnnpack"), question, ArmnnSource(), drop, nobody_listens)
    assert answered.run.error is not None
    assert answered.run.error.code == "connection-lost"
    measurement = evaluate(own, question, answered).measurement
    assert measurement.partial
    assert measurement.series.runs > 20
    assert measurement.verified
    assert all_gone(pi.pi_folder)


def test_the_connection_is_made_again_while_the_pi_is_prepared(pi: Loopback, sample: Sample) -> None:
    made: list[PiConnection] = []

    def open_connection() -> PiConnection:
        made.append(connect(pi.address, pi.fingerprint))
        if len(made) == 1:
            pi.drop()
        return made[-1]

    waited: list[float] = []
    engine = find_engine("xnnpack")
    prepared = prepare(open_connection, engine, sample.model, sample.files, nobody_listens, waited.append)
    with prepared.connection:
        assert (len(made), len(waited)) == (2, 1)
        assert prepared.ready.already


def test_a_pi_that_stays_away(sample: Sample) -> None:
    def refused() -> PiConnection:
        raise ThimbleError("pi-refused", "no", "")

    with pytest.raises(ThimbleError, match="no"):
        prepare(refused, find_engine("xnnpack"), sample.model, sample.files, nobody_listens, nobody_listens)


def test_a_desktop_that_hangs_does_not_leave_the_job_running(pi: Loopback, sample: Sample) -> None:
    """Its connection may stay open for hours: the runner waits for its words."""
    model, samples = str(sample.model), pi.folder / "samples"
    samples.mkdir(exist_ok=True)
    with tarfile.open(sample.files.archive) as archive:
        archive.extractall(samples, filter="data")
    job = {
        "engine": "tflite",
        "model": model,
        "samples": [str(samples / name) for name in sample.files.names],
        "preparation": sample.files.preparation,
        "runs": ENDLESS,
        "threads": 1,
        "silence_s": 0.5,
    }
    runner = shutil.copy(RUNNER, samples / "runner.py")
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, str(runner)],
        stdin=subprocess.PIPE,
        stdout=nothing,
        stderr=nothing,
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(json.dumps(job).encode() + b"\n")
        stdin.flush()
        assert process.wait(30) == 1
    assert all_gone(samples)
