"""The same work on several boards at once: each with its own progress and its own end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from codegen.targets.board import Board
from core.boards.placing import is_on_usb
from core.boards.usb_ports import UsbBoard, choose_usb_boards, find_usb_boards
from core.errors import EXPECTED_ERRORS, CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Event, Log, Partial, Progress

_TURN_S = 0.2
#: People see no more of one board's progress.
_TELL_S = 0.1


class State(Enum):
    """How far a board is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Station:
    """One of the boards. `key` tells it from the others in all that is said of it; `port` is what
    `core.boards.placing.place` takes, None for a virtual board."""

    key: str
    port: str | None
    title: str
    where: str
    serial_number: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """Which one it is, in a word about it."""
        return f"{self.title} ({self.where})"

    @classmethod
    def of(cls, usb: UsbBoard) -> Station:
        return cls(usb.key, usb.key, usb.title, usb.where, usb.serial_number, usb.name)


def stations_of(board: Board, ports: Sequence[str], count: int) -> list[Station]:
    """The boards that are meant: on USB those at `ports` (all of the kind when there are none), else `count`
    virtual ones. Raises ThimbleError as `choose_usb_boards` does, and ``one-board`` for this computer."""
    if is_on_usb(board):
        return [Station.of(usb) for usb in choose_usb_boards(board, ports, find_usb_boards())]
    if not board.virtual and count > 1:
        raise ThimbleError("one-board", f"{board.title} is there once", "leave out --count")
    return [
        Station(str(number), None, f"{board.title} {number}", "emulated on this computer")
        for number in range(1, count + 1)
    ]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a board did not do it, as an expected error tells it."""

    code: str
    what: str
    hint: str

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "what": self.what, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one board ended: its result or its failure."""

    station: Station
    result: dict[str, Any] | None
    failure: Failure | None


Alone = Callable[[], Any]
#: Does the work on one board: what it says goes to the context; `alone()` is held while it is flashed.
Work = Callable[[Station, JobContext, Alone], dict[str, Any]]


def run_side_by_side(stations: Sequence[Station], work: Work, context: JobContext) -> list[Outcome]:
    """Do `work` on every board at once; one that fails stops no other.

    Partials ``board`` tell how far each is: board (its key), title, fraction, text, state, and error where it
    failed; other partials get a field board, and lines of the log begin with which one it is. Raises
    CancelledByUser when the user asked to stop.
    """
    told = _Told(context, stations)
    turn = threading.Lock()

    def do(place: int) -> Outcome:
        station = stations[place]
        own = context.beside(lambda event: told.take(place, event))
        try:
            result = work(station, own, lambda: _alone(turn, own))
        except EXPECTED_ERRORS as error:
            failure = Failure(error.code, error.what, error.hint)
            told.ended(place, State.FAILED, failure)
            return Outcome(station, None, failure)
        told.ended(place, State.DONE)
        return Outcome(station, result, None)

    with ThreadPoolExecutor(len(stations), thread_name_prefix="board") as pool:
        futures = [pool.submit(do, place) for place in range(len(stations))]
    _raise_what_was_raised([future.exception() for future in futures])
    return [future.result() for future in futures]


def _raise_what_was_raised(errors: Sequence[BaseException | None]) -> None:
    """Faults of the program first: that the user asked to stop must not hide them."""
    raised = [error for error in errors if error is not None]
    for error in sorted(raised, key=lambda error: isinstance(error, CancelledByUser)):
        raise error


@contextmanager
def _alone(turn: threading.Lock, context: JobContext) -> Iterator[None]:
    """Wait for one's turn; the user may stop meanwhile."""
    waiting = not turn.acquire(blocking=False)
    while waiting:
        context.progress(0.0, "Waiting until the board before is flashed")
        context.check_cancelled()
        waiting = not turn.acquire(timeout=_TURN_S)
    try:
        yield
    finally:
        turn.release()


class _Told:
    """What the boards say, put together: the whole is as far as they are on average."""

    def __init__(self, context: JobContext, stations: Sequence[Station]) -> None:
        self._context = context
        self._stations = stations
        self._lock = threading.Lock()
        self._parts = [0.0] * len(stations)
        self._cancellable = [True] * len(stations)
        self._told_s = [-_TELL_S] * len(stations)

    def take(self, place: int, event: Event) -> None:
        if isinstance(event, Progress):
            self._progress(place, event.fraction, event.cancellable)
            now_s = time.monotonic()
            if now_s - self._told_s[place] >= _TELL_S:
                self._told_s[place] = now_s
                self._tell(place, event.fraction, event.text, State.RUNNING)
        elif isinstance(event, Partial):
            self._context.partial(event.kind, {**event.data, "board": self._stations[place].key})
        elif isinstance(event, Log):
            self._context.log(f"{self._stations[place].label}: {event.text}")

    def ended(self, place: int, state: State, failure: Failure | None = None) -> None:
        self._progress(place, 1.0, cancellable=True)
        self._tell(place, 1.0, "", state, failure)

    def _tell(
        self, place: int, fraction: float, text: str, state: State, failure: Failure | None = None
    ) -> None:
        station = self._stations[place]
        told: dict[str, Any] = {"board": station.key, "title": station.label}
        told |= {"fraction": fraction, "text": text, "state": state.value}
        told["error"] = None if failure is None else failure.to_json()
        self._context.partial("board", told)

    def _progress(self, place: int, part: float, cancellable: bool) -> None:
        with self._lock:
            self._parts[place] = max(part, self._parts[place])
            self._cancellable[place] = cancellable
            done = sum(part == 1.0 for part in self._parts)
            words = f"{done} of {len(self._parts)} boards are done"
            whole = sum(self._parts) / len(self._parts)
            self._context.progress(whole, words, cancellable=all(self._cancellable))
