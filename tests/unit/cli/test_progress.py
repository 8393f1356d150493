"""What a job says on stderr where there is no terminal."""

from __future__ import annotations

from typing import Any

import pytest

from core.cli import jobs
from core.cli.jobs import ProgressShown
from core.jobs.events import Log, Partial, Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time is the first entry."""
    now = [1000.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now[0])
    return now


def test_a_line_of_the_log_is_never_left_out(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressShown() as shown:
        shown(Progress(0.1, "Building"))
        shown(Log("the program on the board is replaced"))
        shown(Progress(0.2, "Flashing"))
        clock[0] += 6
        shown(Progress(0.3, "Running: 7 of 50"))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        " 10 %  Building",
        "the program on the board is replaced",
        " 30 %  Running: 7 of 50",
    ]


def test_each_of_several_boards_is_heard_now_and_then(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressShown() as shown:
        for number in range(3):
            for board in "ab":
                shown(_told(board, number / 4, f"step {number}"))
                shown(Progress(number / 4, "0 of 2 boards are done"))
            clock[0] += 3
        shown(_told("a", 1.0, "", state="done"))
        error = {"code": "board-gone", "what": "it is gone", "hint": "plug it in"}
        shown(_told("b", 1.0, "", state="failed", error=error))
    assert capsys.readouterr().err.splitlines() == [
        "  0 %  Board a: step 0",
        "  0 %  0 of 2 boards are done",
        "  0 %  Board b: step 0",
        " 50 %  Board a: step 2",
        " 50 %  Board b: step 2",
        "Board a: done",
        "Board b: it is gone",
    ]


def _told(
    board: str, fraction: float, text: str, state: str = "running", error: dict[str, str] | None = None
) -> Partial:
    data: dict[str, Any] = {"board": board, "title": f"Board {board}", "fraction": fraction}
    return Partial("board", data | {"text": text, "state": state, "error": error})
