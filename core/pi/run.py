"""One job of the runner: started on the Pi, listened to, ended with the connection."""

from __future__ import annotations

import contextlib
import json
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from core.errors import ThimbleError
from core.pi.connection import PiConnection, connection_lost, exit_status
from core.pi.events import (
    Beat,
    Loaded,
    Partition,
    PiEvent,
    PiInference,
    PiWindow,
    RunClosed,
    RunDone,
    RunFailed,
    Said,
    System,
    read_event,
)
from core.pi.throttling import Throttling, between

#: The runner says something every second: silence for this long is a Pi that hangs.
FROZEN_S = 10.0
#: How often it is asked, while nothing comes, whether the user wants to cancel.
_POLL_S = 0.5
_KEPT_LINES = 200


@dataclass(frozen=True, slots=True)
class Delegate:
    """An external delegate: the library on the Pi, and the options that it is given."""

    library: str
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class PiJob:
    """What the runner is to do. Paths are the Pi's; `root` is where its /sys and /proc are.

    `windows` series of at least `window_s` on one sample in memory follow the `runs` samples from the disk.
    """

    engine: str
    model: str
    samples: tuple[str, ...]
    preparation: dict[str, Any]
    runs: int
    threads: int
    warmup: int = 0
    windows: int = 0
    window_s: float = 10.0
    telemetry: bool = True
    #: An engine that says nothing for so long while it loads, or in the first inference, is ended as one that
    #: hangs; None: what the runner thinks right, for the slowest Pi.
    hang_s: float | None = None
    delegate: Delegate | None = None
    libraries: tuple[str, ...] = ()
    root: str = "/"


@dataclass(slots=True, eq=False)
class PiRun:
    """What came of a job, whole or until it broke off; `error` says why it did."""

    system: System | None = None
    loaded: Loaded | None = None
    inferences: list[PiInference] = field(default_factory=list)
    windows: list[PiWindow] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    after: Throttling | None = None
    done: bool = False
    error: ThimbleError | None = None

    @property
    def partition(self) -> Partition | None:
        return self.loaded.partition if self.loaded else None

    @property
    def throttled(self) -> Throttling | None:
        """What slowed the Pi down meanwhile; None where that is not known, as after a run that broke off.

        Bits since boot that were set before tell nothing of the time between: then only the beats do.
        """
        before = self.system.throttling if self.system else None
        beats = [beat.throttling for beat in self.beats if beat.throttling is not None]
        seen = reduce(or_, (throttling.now for throttling in beats), Throttling(0))
        if before is None or self.after is None:
            return seen or None
        seen |= between(before, self.after)
        return seen if seen or beats or not before.was else None


def run_job(
    connection: PiConnection,
    python: str,
    runner: str,
    job: PiJob,
    on_event: Callable[[PiEvent], None],
    check: Callable[[], None] = lambda: None,
    frozen_s: float = FROZEN_S,
) -> PiRun:
    """Run the job to its end, telling what happens.

    Where it fails on the Pi, the connection breaks or the Pi hangs, the result has what came until then, and
    the `error`. What `on_event` raises, or `check`, which is called while nothing comes, ends the job on the
    Pi, as the end of this process does.
    """
    run = PiRun()
    command = f"exec {shlex.quote(python)} -u {shlex.quote(runner)}"
    try:
        with connection.guarded(), contextlib.closing(connection.start(command)) as channel:
            channel.sendall(json.dumps(asdict(job)).encode() + b"\n")
            for event in _events(connection, channel, check, frozen_s):
                _take(run, event)
                on_event(event)
            _require_end(run, connection, channel)
    except ThimbleError as error:
        run.error = run.error or error
    return run


def _events(
    connection: PiConnection, channel: Any, check: Callable[[], None], frozen_s: float
) -> Iterator[PiEvent]:
    """Until the runner closes its output. Each of its beats is answered with one of ours."""
    channel.settimeout(_POLL_S)
    heard_s, pending = time.monotonic(), b""
    while True:
        try:
            piece = channel.recv(65_536)
        except TimeoutError:
            check()
            silent_s = time.monotonic() - heard_s
            if silent_s > frozen_s:
                raise _frozen(connection, silent_s) from None
            continue
        if not piece:
            return
        heard_s = time.monotonic()
        *lines, pending = (pending + piece).split(b"\n")
        for line in lines:
            try:
                event = read_event(line.decode(errors="replace"))
            except ValueError:  # a login script that prints
                continue
            if isinstance(event, Beat):
                channel.sendall(b"beat\n")
            yield event


def _take(run: PiRun, event: PiEvent) -> None:
    match event:
        case System():
            run.system = event
        case Loaded():
            run.loaded = event
        case PiInference():
            run.inferences.append(event)
        case PiWindow():
            run.windows.append(event)
        case Beat():
            run.beats.append(event)
        case Said(text):
            run.log = [*run.log[1 - _KEPT_LINES :], text]
        case RunFailed(code, what):
            run.error = _failed(code, what)
        case RunClosed(throttling):
            run.after = throttling
        case RunDone():
            run.done = True


def _require_end(run: PiRun, connection: PiConnection, channel: Any) -> None:
    """An end of output alone is no success: a broken connection looks the same."""
    if run.error is not None:
        return
    status = exit_status(channel, FROZEN_S)
    if status == -1:
        raise connection_lost(connection.address, "it ended while the Pi was computing")
    if status != 0:
        said = channel.makefile_stderr("rb").read().decode(errors="replace").strip().splitlines()
        raise _failed("runner-failed", said[-1] if said else f"exit status {status}")
    if not run.done:
        raise _failed("runner-failed", "the runner ended without saying that all inferences ran")


def _frozen(connection: PiConnection, silent_s: float) -> ThimbleError:
    return ThimbleError(
        "pi-frozen",
        f"{connection.address.host} has said nothing for {silent_s:.1f} s: it hangs, is restarting,"
        " or the network is gone",
        "check its power and the network; where memory was short, take a smaller model",
    )


_HINTS = {
    "pi-out-of-memory": "take a smaller model, or close programs there (`free -h` shows the memory)",
    "engine-crashed": "try another engine; a model of 8-bit integers needs less memory",
    "engine-hangs": "try another engine, or fewer threads",
    "engine-failed": "check that the file is a complete model of this engine, or try another engine",
    "runner-failed": "run `thimble pi setup` again; `thimble pi remove` takes everything away first",
}


def _failed(code: str, what: str) -> ThimbleError:
    return ThimbleError(code, f"on the Pi: {what}", _HINTS.get(code, "try another engine"))
