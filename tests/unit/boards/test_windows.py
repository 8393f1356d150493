"""Inferences in windows of time, without any board."""

from __future__ import annotations

import pytest

from codegen.targets.board import find_board
from core.bench.windows import EMULATED_WINDOW_S, WINDOW_S, WindowPlan, WindowProgress, run_windows
from core.errors import ThimbleError
from core.jobs.measuring import window_plan


def test_a_window_is_over_when_its_inferences_add_up() -> None:
    asked: list[int] = []
    # three of 4 s, then four of 3 s, then two of 6 s
    times_s = [4.0] * 3 + [3.0] * 4 + [6.0] * 2

    def infer(number: int) -> float:
        asked.append(number)
        return times_s[number]

    seen: list[WindowProgress] = []
    result = run_windows(infer, WindowPlan(3, 10.0), 7, seen.append)
    assert asked == list(range(9))
    assert [(w.inferences, w.seconds) for w in result.windows] == [(3, 12.0), (4, 12.0), (2, 12.0)]
    assert result.median_per_s == 3 / 12
    told = result.to_json()
    assert (told["min_per_s"], told["max_per_s"], told["warm_up"]) == (2 / 12, 4 / 12, 7)
    assert [window["inferences"] for window in told["windows"]] == [3, 4, 2]
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert seen[-1].done == 1.0
    assert [(p.number, p.inferences, p.seconds) for p in seen if p.over] == [
        (1, 3, 12.0), (2, 4, 12.0), (3, 2, 12.0)
    ]  # fmt: skip


def test_one_long_inference_fills_a_window() -> None:
    result = run_windows(lambda _: 30.0, WindowPlan(2, 10.0), 1)
    assert [window.inferences for window in result.windows] == [1, 1]


@pytest.mark.parametrize(("number", "window_s"), [(0, 10.0), (5, 0.0), (5, -1.0), (5, float("inf"))])
def test_senseless_windows_are_refused(number: int, window_s: float) -> None:
    with pytest.raises(ThimbleError) as caught:
        WindowPlan(number, window_s)
    assert caught.value.code == "bad-windows"


def test_a_clock_that_stands_still_ends_it() -> None:
    with pytest.raises(ThimbleError) as caught:
        run_windows(lambda _: 0.0, WindowPlan(1, 1.0), 1)
    assert caught.value.code == "no-time"


def test_what_the_caller_raises_ends_it() -> None:
    class CancelledError(Exception):
        pass

    def cancel(_: WindowProgress) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        run_windows(lambda _: 1.0, WindowPlan(1, 10.0), 1, cancel)


def test_windows_are_ten_seconds_but_where_the_board_is_emulated() -> None:
    for board, usual_s in (("pico", WINDOW_S), ("host", WINDOW_S), ("virtual-pico", EMULATED_WINDOW_S)):
        assert window_plan({"windows": 3}, find_board(board)) == WindowPlan(3, usual_s)
        assert window_plan({"windows": 3, "window_s": 2.5}, find_board(board)) == WindowPlan(3, 2.5)
        assert window_plan({}, find_board(board)) is None
