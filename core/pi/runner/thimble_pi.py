"""Thimble's runner on a Raspberry Pi: loads a model in an engine, times it, tells what it sees.

For Python 3.9 or later with the standard library alone; the engines are in `thimble_pi_engines` beside it. A
job comes in as one JSON line on standard input, then a line at least every `SILENCE_S`; events go out as JSON
lines. Two processes: one only watches (heartbeat, telemetry, standard input), and starts the one that
computes, so that an engine that crashes or hangs is told in words. When standard input ends or falls silent,
both end: nothing is left running.

`thimble_pi.py` watches, ``thimble_pi.py work`` computes.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

Json = dict[str, Any]

BEAT_S = 1.0
#: The desktop says something every two seconds; after this long it is gone, though the connection may not be.
SILENCE_S = 15.0
#: For loading a model and for the first inference, on a slow card and with slow kernels.
HANG_S = 300.0
_PR_SET_PDEATHSIG = 1


class Events:
    """Writes events as lines, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def tell(self, event: str, **fields: Any) -> None:
        self.line(json.dumps({"event": event, **fields}).encode() + b"\n")

    def line(self, line: bytes) -> None:
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError:  # nobody listens any more
                os._exit(1)


def private_output() -> Events:
    """Native libraries print to descriptor 1: it becomes standard error, events go through a copy."""
    descriptor = os.dup(1)
    os.dup2(2, 1)
    return Events(descriptor)


# --- The process that watches ---------------------------------------------------------------------------


class Telemetry:
    """What the Pi tells of itself. `root` is where /sys and /proc are."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def read(self) -> Json:
        temperature = self._number("sys/class/thermal/thermal_zone0/temp")
        frequency = self._number("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")
        load = self.text("proc/loadavg")
        return {
            "temperature_c": None if temperature is None else temperature / 1000,
            "frequency_hz": None if frequency is None else frequency * 1000,
            "load": float(load.split()[0]) if load else None,
            "throttled": throttled(),
        }

    def text(self, name: str) -> str | None:
        try:
            return (self._root / name).read_text(encoding="utf-8", errors="replace").strip("\0\n ") or None
        except OSError:
            return None

    def _number(self, name: str) -> int | None:
        text = self.text(name) or ""
        return int(text) if text.lstrip("-").isdigit() else None


def throttled() -> int | None:
    """The bits of `vcgencmd get_throttled`; None where there is no such program."""
    try:
        said = subprocess.run(
            ["vcgencmd", "get_throttled"], capture_output=True, timeout=2, check=True
        ).stdout
        return int(said.decode().partition("=")[2].strip(), 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


class Patience:
    """How long the computing process may say nothing: it says something after loading and each inference.

    First `hang_s`; after the first inference, what twenty times the longest silence and a window take.
    """

    def __init__(self, job: Json) -> None:
        self._first_s: float = job.get("hang_s") or HANG_S
        self._at_once: int = 20 * (1 + job.get("warmup", 0))  # those are not told one by one
        self._window_s: float = job.get("window_s", 0.0) if job.get("windows") else 0.0
        self._lines, self._longest_s, self._heard_s = 0, 0.0, time.monotonic()

    def heard(self) -> None:
        now_s = time.monotonic()
        if self._lines:  # the first line ends the start of a process, which says nothing of inferences
            self._longest_s = max(self._longest_s, now_s - self._heard_s)
        self._lines, self._heard_s = self._lines + 1, now_s

    def limit_s(self) -> float:
        if self._lines < 2:
            return self._first_s
        return max(self._first_s / 10, self._at_once * self._longest_s + self._window_s)

    def ended(self) -> bool:
        return time.monotonic() - self._heard_s > self.limit_s()


class Watcher:
    """Starts the computing process and ends it, whatever happens."""

    def __init__(self, events: Events, job: Json) -> None:
        self._events = events
        self._job = job
        self._telemetry = Telemetry(job.get("root", "/"))
        self._patience = Patience(job)
        self._hangs = False
        self._worker = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        libraries = [*self._job.get("libraries", []), os.environ.get("LD_LIBRARY_PATH", "")]
        environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries))}
        pipe = subprocess.PIPE
        command = [sys.executable, "-u", os.path.abspath(__file__), "work"]
        worker = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
        )
        assert worker.stdin is not None  # noqa: S101 - a pipe was asked for
        worker.stdin.write(json.dumps(self._job).encode() + b"\n")
        worker.stdin.flush()
        return worker

    def run(self) -> int:
        # once before and once after, telemetry or not: the bits since boot tell of what was between
        self._events.tell(
            "system",
            governor=self._telemetry.text("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            model=self._telemetry.text("proc/device-tree/model"),
            python=".".join(map(str, sys.version_info[:3])),
            throttled=throttled(),
        )
        for target in (self._listen, self._beat, self._relay_log):
            threading.Thread(target=target, daemon=True).start()
        ended = self._relay_events()
        status = self._worker.wait()
        if not ended and self._hangs:
            what = f"the engine said nothing for {self._patience.limit_s():.0f} s, and was ended"
            self._events.tell("failed", code="engine-hangs", what=what)
        elif not ended:
            how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
            self._events.tell("failed", code="engine-crashed", what=f"the engine's process ended with {how}")
        self._events.tell("closed", throttled=throttled())
        return 0

    def _relay_events(self) -> bool:
        """Whether the computing process told its end."""
        assert self._worker.stdout is not None  # noqa: S101 - a pipe was asked for
        ended = False
        for line in self._worker.stdout:
            self._patience.heard()
            ended = ended or line.startswith((b'{"event": "done"', b'{"event": "failed"'))
            # a process that dies may leave half a line: what is told next begins on a line of its own
            self._events.line(line if line.endswith(b"\n") else line + b"\n")
        return ended

    def _relay_log(self) -> None:
        assert self._worker.stderr is not None  # noqa: S101 - a pipe was asked for
        for line in self._worker.stderr:
            self._events.tell("log", text=line.decode(errors="replace").rstrip()[:500])

    def _beat(self) -> None:
        shown = self._job.get("telemetry", True)
        while True:
            self._events.tell("beat", at_s=time.time(), **(self._telemetry.read() if shown else {}))
            if not self._hangs and self._patience.ended():
                self._hangs = True
                self._kill()
            time.sleep(BEAT_S)

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([0], [], [], self._job.get("silence_s", SILENCE_S))
            if not ready or not os.read(0, 65_536):
                self._end()

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self._worker.pid, signal.SIGKILL)

    def _end(self) -> NoReturn:
        self._kill()
        os._exit(1)


def watch() -> int:
    events = private_output()
    return Watcher(events, json.loads(read_line(0))).run()


def read_line(descriptor: int) -> bytes:
    """One line, read without a buffer that would swallow what follows."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(descriptor, 1)
        if not piece:
            sys.exit(1)
        line += piece
    return line


# --- The process that computes --------------------------------------------------------------------------


def work() -> int:
    events = private_output()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    job = json.loads(read_line(0))
    try:
        engines = importlib.import_module("thimble_pi_engines")  # beside this file, on the Pi
        engines.measure(job, events.tell)
    except MemoryError:
        events.tell(
            "failed", code="pi-out-of-memory", what="the model needs more memory than the Pi has free"
        )
    except Exception as error:  # noqa: BLE001 - the edge of the process: the desktop finds the words
        events.tell("failed", code="engine-failed", what=f"{type(error).__name__}: {error}"[:2000])
    else:
        events.tell("done")
    return 0


if __name__ == "__main__":
    sys.exit(work() if sys.argv[1:] == ["work"] else watch())
