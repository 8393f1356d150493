"""Starts a job in a worker process of its own and tells its events.

The same host serves the window and the command line. Whatever happens to the worker, exactly one
`Done`, `Failed` or `Cancelled` arrives, after the process and its children have ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

from core.jobs.events import Cancelled, Done, End, Event, Failed, Progress, decode
from core.jobs.priority import lower
from core.jobs.tasks import MEASURING

_PROJECT = Path(__file__).resolve().parents[2]
_KEPT_STDERR_LINES = 60
#: How long a worker that has told its end may take to close down.
_CLOSING_S = 5.0

_NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
_QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # other orders of summation would give other results
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "Agg",
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",
}


def start_job(
    task: str,
    params: dict[str, Any],
    on_event: Callable[[Event], None],
    environment: Mapping[str, str] = _NO_VARIABLES,
) -> JobHandle:
    """Run `task` (a name of `core.jobs.tasks`) with JSON `params` in a new process, whose environment has the
    variables of `environment` too.

    `on_event` is called in a thread of the host, one event after the other, the end last.
    """
    return JobHandle(task, params, on_event, environment)


def worker_environment() -> dict[str, str]:
    """The environment of a worker: ours, quiet, and with this program first on the path of modules."""
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        **_QUIET,
        "PYTHONPATH": str(_PROJECT) + (os.pathsep + path if path else ""),
    }


class JobHandle:
    """A running job. Made by `start_job`."""

    def __init__(
        self,
        task: str,
        params: dict[str, Any],
        on_event: Callable[[Event], None],
        environment: Mapping[str, str] = _NO_VARIABLES,
    ) -> None:
        self._on_event = on_event
        self._sending = threading.Lock()
        self._killing = threading.Lock()
        self._gone = False
        self._ended = threading.Event()
        self._end: End | None = None
        self._cancelling = False
        self._cancellable = True
        self._stderr: deque[str] = deque(maxlen=_KEPT_STDERR_LINES)
        spec = json.dumps({"task": task, "params": params}) + "\n"
        self._process = _start_worker(environment)
        if task not in MEASURING:  # the window goes first: its event loop must not wait for the computing
            lower(self._process.pid)
        self._errors = threading.Thread(target=self._keep_stderr, daemon=True, name=f"{task} stderr")
        self._errors.start()
        self._send(spec)
        threading.Thread(target=self._listen, daemon=True, name=f"{task} events").start()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def end(self) -> End | None:
        """How the job ended, or None while it runs."""
        return self._end

    def cancel(self, grace_s: float = 5.0) -> None:
        """Ask the job to stop; after `grace_s` its process and children are killed.

        A stretch announced as not cancellable is waited for first. Does nothing when it has ended.
        """
        if self._ended.is_set() or self._cancelling:
            return
        self._cancelling = True
        self._send("cancel\n")
        self._kill_after(grace_s)

    def wait(self, timeout: float | None = None) -> End:
        """Wait for the end and return it. Raises TimeoutError after `timeout` seconds."""
        if timeout is None:
            while not self._ended.wait(0.5):  # in slices: Windows cannot interrupt an endless wait
                pass
        elif not self._ended.wait(timeout):
            raise TimeoutError(f"the job is still running after {timeout} s")
        assert self._end is not None  # noqa: S101 - set before the event
        return self._end

    def _send(self, line: str) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            with self._sending:
                stdin.write(line.encode())
                stdin.flush()
        except (OSError, ValueError):  # it has gone, or its pipe is closed: the end is on its way
            return

    def _kill_after(self, grace_s: float) -> None:
        def kill() -> None:
            with self._killing:
                if self._gone:
                    return
                if self._cancellable:
                    _kill_tree(self._process)
                    return
            self._kill_after(grace_s)

        timer = threading.Timer(grace_s, kill)
        timer.daemon = True
        timer.start()

    def _keep_stderr(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - a pipe was asked for
        with self._process.stderr as stderr:
            for raw in stderr:
                self._stderr.append(raw.decode(errors="replace").rstrip())

    def _listen(self) -> None:
        said: End | None = None
        try:
            said = self._read_events()
        finally:  # even when `on_event` raises: nothing may be left running
            try:
                self._close(said is not None)
                self._end = said or self._died()
                self._on_event(self._end)
            finally:
                self._ended.set()

    def _read_events(self) -> End | None:
        """Pass the events on; return the end when it is told, None when the worker dies before."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        for raw in self._process.stdout:
            try:
                event = decode(raw.decode())
            except ValueError as error:
                self._stderr.append(str(error))
                return None
            if isinstance(event, Done | Failed | Cancelled):
                return event
            if isinstance(event, Progress):
                self._cancellable = event.cancellable
            self._on_event(event)
        return None

    def _close(self, in_order: bool) -> None:
        if in_order:
            _wait_for_exit(self._process, _CLOSING_S)
        with self._killing:
            _kill_tree(self._process)
            self._process.wait()
            self._gone = True
        self._errors.join(1.0)  # a stray grandchild may hold the pipe: do not wait for it for ever
        with self._sending:
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None  # noqa: S101 - pipes were asked for
                with contextlib.suppress(OSError):  # what was left to flush has no reader any more
                    pipe.close()

    def _died(self) -> End:
        if self._cancelling:
            return Cancelled()
        code = self._process.returncode
        return Failed(
            "worker-crashed",
            f"the background process ended unexpectedly ({_exit_words(code)})",
            "your files are as they were; try again, and close other programs if memory is short",
            "\n".join(self._stderr),
            expected=False,
        )


def _start_worker(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "core.jobs.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**worker_environment(), **environment},
        start_new_session=True,  # without effect on Windows
        creationflags=flags,
    )


def _wait_for_exit(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """Wait until the process has ended, where possible without giving its id free for another."""
    if not hasattr(os, "waitid"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout_s)
        return
    deadline_s = time.monotonic() + timeout_s
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while os.waitid(os.P_PID, process.pid, how) is None and time.monotonic() < deadline_s:
        time.sleep(0.02)


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and everything it started, also when it has died already but is not reaped."""
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(process.pid).children(recursive=True)
    if sys.platform == "win32":
        process.kill()
    else:  # not Popen.kill(), which reaps: then the id could already be another process's
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # the worker leads its group
    for child in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def _exit_words(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
