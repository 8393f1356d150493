"""The worker process: ``python -m core.jobs.worker``.

Reads the job as one JSON line from standard input, then the line ``cancel`` if it comes, and writes
events as JSON lines to standard output. Before anything else both are moved to private descriptors:
native libraries print to descriptor 1, and a child process must not read our standard input.

When standard input closes, the parent is gone: the worker ends itself and its children at once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from typing import Any, NoReturn

import psutil

from core.errors import EXPECTED_ERRORS, CancelledByUser
from core.jobs.context import JobContext
from core.jobs.events import Cancelled, Done, End, Event, Failed, encode


def move_protocol() -> tuple[int, int]:
    """Private copies (read, write) of descriptors 0 and 1, which become null and standard error."""
    requests, events = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return requests, events


class Requests:
    """Lines from the parent, read without Python's buffered standard input.

    A daemon thread that waits inside the buffered reader would make the interpreter abort at its end.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pending = b""

    def line(self) -> str | None:
        """The next line, or None when the parent closed the pipe."""
        while b"\n" not in self._pending:
            chunk = os.read(self._descriptor, 65_536)
            if not chunk:
                return None
            self._pending += chunk
        line, self._pending = self._pending.split(b"\n", 1)
        return line.decode()

    def watch(self, cancelled: threading.Event) -> None:
        """Until the end: set `cancelled` when asked; end this process when the parent is gone."""
        while (line := self.line()) is not None:
            if line.strip() == "cancel":
                cancelled.set()
        end_at_once()


def end_at_once() -> NoReturn:
    """Kill the children and this process."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        _kill_children()  # those that left the group
        os.killpg(os.getpgrp(), signal.SIGKILL)
    _kill_children()
    os._exit(1)


def _kill_children() -> None:
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue


class Events:
    """Writes events, one line each, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._stream = os.fdopen(descriptor, "w", encoding="utf-8")
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        line = encode(event) + "\n"
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except OSError:  # the parent does not listen any more
                end_at_once()


def perform(task: str, params: dict[str, Any], context: JobContext) -> End:
    """Run a task and turn however it ends into one event."""
    try:
        from core.jobs.tasks import find_task

        result = find_task(task)(params, context)
        encode(Done(result))  # what JSON cannot carry is the task's mistake: told below
        return Done(result)
    except CancelledByUser as stopped:
        return Cancelled(str(stopped))
    except EXPECTED_ERRORS as error:
        return Failed(error.code, error.what, error.hint, traceback.format_exc(), expected=True)
    except Exception as error:  # noqa: BLE001 - the edge of the process: every failure becomes an event
        what = f"{type(error).__name__}: {error}"
        return Failed("unexpected", what, "", traceback.format_exc(), expected=False)


def main() -> int:
    requests_descriptor, events_descriptor = move_protocol()
    requests, events = Requests(requests_descriptor), Events(events_descriptor)
    spec = requests.line()
    if spec is None:
        return 1
    job = json.loads(spec)
    cancelled = threading.Event()
    threading.Thread(target=requests.watch, args=(cancelled,), daemon=True, name="requests").start()
    events.emit(perform(job["task"], job["params"], JobContext(events.emit, cancelled)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
