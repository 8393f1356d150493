"""Several boards at once: each has its own end, and they do not take each other's drives."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from codegen.compiler import compile_model
from codegen.targets.board import find_board
from core.boards.flashing.base import Surroundings
from core.boards.placing import place
from core.boards.session import run_samples
from core.boards.side_by_side import Alone, Station, run_side_by_side, stations_of
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Event, Log, Partial, Progress
from tests.fake_usb.faults import Fault, Step
from tests.fake_usb.hub import FakeUsb
from tests.fake_usb.programs import toy_image
from tests.unit.boards.test_whole_deployment import OLD, WEIGHTS, Image, X, image_for
from tests.unit.codegen.networks import small_lenet

needs_terminals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminals like these"
)
PICO = find_board("pico")
THREE = [Station(key, key, f"Board {key}", key) for key in "abc"]


def by_board(events: list[Event], kind: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        if isinstance(event, Partial) and event.kind == kind:
            found.setdefault(event.data["board"], []).append(event.data)
    return found


def test_one_that_fails_stops_no_other_and_each_has_its_own_progress() -> None:
    together = threading.Barrier(3, timeout=60)

    def work(station: Station, context: JobContext, alone: Alone) -> dict[str, Any]:
        together.wait()  # they do run at the same time
        context.progress(0.5, f"half of {station.key}")
        context.partial("inference", {"index": 0})
        context.log(f"{station.key} is overwritten")
        if station.key == "b":
            raise ThimbleError("board-gone", "b was unplugged", "plug it in")
        return {"did": station.key}

    events: list[Event] = []
    a, b, c = run_side_by_side(THREE, work, JobContext(events.append))
    assert (a.result, b.result, c.result) == ({"did": "a"}, None, {"did": "c"})
    assert b.failure is not None
    assert b.failure.to_json() == {"code": "board-gone", "what": "b was unplugged", "hint": "plug it in"}
    told = by_board(events, "board")
    assert {key: [t["state"] for t in said] for key, said in told.items()} == {
        "a": ["running", "done"],
        "b": ["running", "failed"],
        "c": ["running", "done"],
    }
    assert told["b"][-1]["error"]["hint"] == "plug it in"
    assert set(by_board(events, "inference")) == {"a", "b", "c"}
    logged = {event.text for event in events if isinstance(event, Log)}
    assert logged == {f"Board {key} ({key}): {key} is overwritten" for key in "abc"}
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_the_whole_cannot_be_cancelled_while_one_board_is_being_written() -> None:
    events: list[Event] = []
    writing, seen = threading.Event(), threading.Event()

    def work(station: Station, context: JobContext, alone: Alone) -> dict[str, Any]:
        if station.key == "a":
            context.progress(0.2, "writing", cancellable=False)
            writing.set()
            assert seen.wait(60)
        elif station.key == "b":
            assert writing.wait(60)
            context.progress(0.4, "running")
            seen.set()
        return {}

    run_side_by_side(THREE, work, JobContext(events.append))
    allowed = [event.cancellable for event in events if isinstance(event, Progress)]
    assert False in allowed
    assert allowed[-1] is True
    place = next(i for i, e in enumerate(events) if isinstance(e, Partial) and e.data["text"] == "running")
    assert isinstance(events[place - 1], Progress)
    assert events[place - 1].cancellable is False


def test_a_board_that_waits_for_its_turn_can_be_stopped() -> None:
    cancelled = threading.Event()

    def work(station: Station, context: JobContext, alone: Alone) -> dict[str, Any]:
        with alone():
            cancelled.set()
            while not context.cancel_requested:
                pass
        context.check_cancelled()
        return {}

    with pytest.raises(CancelledByUser):
        run_side_by_side(THREE, work, JobContext(lambda event: None, cancelled))


def test_a_fault_of_the_program_is_not_taken_for_a_boards() -> None:
    def work(station: Station, context: JobContext, alone: Alone) -> dict[str, Any]:
        if station.key == "a":
            raise CancelledByUser("stopped")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_side_by_side(THREE, work, JobContext(lambda event: None))


@needs_terminals
def test_three_picos_get_the_program_and_the_one_that_is_pulled_out_does_not(
    plugged: FakeUsb, tmp_path: Path
) -> None:
    image, compilation = image_for(PICO, tmp_path), compile_model(small_lenet(1.0), PICO)
    first = plugged.add(PICO, "A1", image=OLD)
    second = plugged.add(PICO, "B2", image=OLD, fault=Fault(Step.RESTART))
    third = plugged.add(PICO, "C3", image=toy_image(WEIGHTS), bootloader=True)

    def work(station: Station, context: JobContext, alone: Alone) -> dict[str, Any]:
        fake = plugged.around()
        around = Surroundings(fake.progress, fake.find, fake.clock, fake.sleep, alone)
        return {"ran": _run(image, compilation, station, around)}

    stations = stations_of(PICO, (), 1)
    assert len(stations) == 3
    outcomes = run_side_by_side(stations, work, JobContext(lambda event: None))
    ended = {o.station.key: o.failure.code if o.failure else o.result["ran"] for o in outcomes}
    assert ended == {"A1": 3, "B2": "board-not-back", str(tmp_path / "usb" / "RPI-RP2-C3"): 3}
    assert [len(board.flashed) for board in (first, second, third)] == [1, 1, 1]


def _run(image: Image, compilation, station: Station, around: Surroundings) -> int:
    placed = place(image, compilation, station.port, around)
    return len(run_samples(image, PICO, X, placed=placed).outputs)


@needs_terminals
def test_which_boards_are_meant(plugged: FakeUsb) -> None:
    def code_of(ports: list[str], board: str = "pico") -> str:
        with pytest.raises(ThimbleError) as caught:
            stations_of(find_board(board), ports, 1)
        return caught.value.code

    assert code_of([]) == "board-not-there"
    a, b = plugged.add(PICO, "A1"), plugged.add(PICO, "B2")
    assert [station.key for station in stations_of(PICO, (), 1)] == ["A1", "B2"]
    assert [station.key for station in stations_of(PICO, ["B2", str(a.port.path)], 1)] == ["B2", "A1"]
    assert code_of(["B2", str(b.port.path)]) == "same-board"
    assert code_of(["B2", "COM9"]) == "board-not-there"
    assert code_of(["B2"], "nano33ble") == "wrong-board"
    assert [station.key for station in stations_of(find_board("virtual-pico"), (), 3)] == ["1", "2", "3"]
    with pytest.raises(ThimbleError) as caught:
        stations_of(find_board("host"), (), 2)
    assert caught.value.code == "one-board"
