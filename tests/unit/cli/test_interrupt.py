"""Ctrl-C and SIGTERM cancel a job: exit status 130, no worker left, nothing on stdout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PROJECT = Path(__file__).parents[3]
#: Tests that a shell runs in its background inherit that SIGINT is ignored: the program begins anew.
PROGRAM = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from core.cli import entry
from core.cli.command import Command
from core.cli.jobs import run_job

def run(arguments, terminal):
    params = {"steps": 3000, "pause_s": 0.1}
    terminal.result(run_job("tests.unit.jobs.job_samples:count", params, terminal), print)

entry.COMMANDS = (Command("try", "for a test", lambda parser: None, run),)
sys.exit(entry.main(["try"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_job_is_cancelled(number):
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        first_line = command.stderr.readline()
        workers = psutil.Process(command.pid).children(recursive=True)
        command.send_signal(number)
        out, err = command.communicate(timeout=60)
    assert "step 1" in first_line
    assert workers
    assert command.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert out == ""
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
