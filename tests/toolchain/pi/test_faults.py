"""Connections that break: what was done is kept, and nothing is left running on the Pi."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko
import psutil
import pytest

from core.errors import ThimbleError
from core.pi.connection import PiConnection, connect
from core.pi.engines import find_engine
from core.pi.events import PiEvent, PiInference, RunFailed, read_event
from core.pi.listener import Listener
from core.pi.measuring import evaluate, measure
from core.pi.preparing import RUNNER, Prepared, prepare
from core.pi.run import run_job
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
        answered = measure(own, find_engine("xnnpack"), question, ArmnnSource(), Listener(drop))
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


def test_a_pi_that_restarts_is_waited_for(sample: Sample, tmp_path: Path) -> None:
    own, engine = Loopback(tmp_path), find_engine("xnnpack")
    own.make_keys()
    own.start()
    own.set_up(*engine.packages((3, 11)))
    waited: list[float] = []

    def open_connection() -> PiConnection:
        made = connect(own.address, own.fingerprint)
        if not waited:
            own.stop()
        return made

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            own.start()

    try:
        prepare(open_connection, engine, sample.model, sample.files, nobody_listens, pause).connection.close()
    finally:
        own.stop()
    assert len(waited) == 3
    assert waited == sorted(waited)
    assert waited[2] > 2 * waited[0]


def test_a_pi_that_nobody_has_reached_is_refused_at_once(sample: Sample) -> None:
    def refused() -> PiConnection:
        raise ThimbleError("pi-refused", "no", "")

    waited: list[float] = []
    with pytest.raises(ThimbleError, match="no"):
        prepare(refused, find_engine("xnnpack"), sample.model, sample.files, nobody_listens, waited.append)
    assert not waited


@pytest.mark.parametrize("ask", [lambda pi: pi.run("true"), lambda pi: pi.sftp], ids=["run", "sftp"])
def test_a_pi_that_freezes_before_it_answers(
    pi: Loopback, monkeypatch: pytest.MonkeyPatch, ask: Callable[[PiConnection], object]
) -> None:
    others = {process.pid for process in pi.sessions()}
    open_session, frozen = paramiko.Transport.open_session, list[psutil.Process]()

    def open_and_freeze(*given: Any, **named: Any) -> paramiko.Channel:
        channel = open_session(*given, **named)
        new = (session for session in pi.sessions() if session.pid not in others)
        frozen.extend(process for session in new for process in (session, *session.children(recursive=True)))
        for process in frozen:
            process.suspend()
        return channel

    with connect(pi.address, pi.fingerprint) as connection:
        monkeypatch.setattr("core.pi.connection.SILENCE_S", 0.3)
        monkeypatch.setattr(paramiko.Transport, "open_session", open_and_freeze)
        try:
            with pytest.raises(ThimbleError) as caught:
                ask(connection)
        finally:
            for process in frozen:
                process.resume()
    assert frozen
    assert caught.value.code == "pi-silent"


def test_long_work_that_prints_nothing_can_be_cancelled(
    connection: PiConnection, pi: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoppedError(Exception):
        pass

    def stop() -> None:
        raise StoppedError

    monkeypatch.setattr("core.pi.connection._BEAT_S", 0.05)
    silent = f"sh -c 'sleep 600; :' {pi.folder}"
    with pytest.raises(StoppedError):
        connection.stream(silent, nobody_listens, 60.0, stop)
    assert all_gone(pi.folder)
    with pytest.raises(ThimbleError) as caught:
        connection.stream(silent, nobody_listens, timeout_s=0.2)
    assert caught.value.code == "pi-silent"
    assert all_gone(pi.folder)
    answer = connection.stream("echo one; sleep 0.3; echo two; exit 3", nobody_listens, timeout_s=60.0)
    assert (answer.status, answer.stdout) == (3, "one\ntwo")


def test_an_end_without_the_last_word_is_no_success(
    prepared: Prepared, sample: Sample, tmp_path: Path
) -> None:
    """The status is 0, and the telling line is cut off."""
    runner = tmp_path / "runner"
    runner.write_text("""read job; echo '{"event": "done'; echo '{"event": "closed", "throttled": null}'""")
    job = sample.job(prepared, 3)
    run = run_job(prepared.connection, "sh", str(runner), job, nobody_listens)
    assert run.error is not None
    assert run.error.code == "runner-failed"
    assert "without saying" in run.error.what


def test_a_line_that_is_cut_off_hides_nothing(tmp_path: Path) -> None:
    """The engine's process dies while it writes."""
    shutil.copy(RUNNER, tmp_path)
    dies = """
import os, sys
frame = sys._getframe()
while "events" not in frame.f_locals:
    frame = frame.f_back
os.write(frame.f_locals["events"]._descriptor, b'{"event": "infer')
os.kill(os.getpid(), 9)
"""
    (tmp_path / "onnxruntime.py").write_text(dies)
    command = [sys.executable, str(tmp_path / RUNNER.name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"engine": "onnxruntime"}\n')
        process.stdin.flush()
        said = [line.decode().strip() for line in process.stdout]
    assert '{"event": "infer' in said
    failed = next(event for event in map(_event, said) if isinstance(event, RunFailed))
    assert "SIGKILL" in failed.what


def _event(line: str) -> PiEvent | None:
    try:
        return read_event(line)
    except ValueError:
        return None


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
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, str(RUNNER)],
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
