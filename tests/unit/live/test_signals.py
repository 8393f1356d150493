"""Statistics and pictures of any span are those of the raw samples, however they came and however many."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.live.quantity import Total
from core.live.signal import EVER, EvenAxis, EventSignal, Signal, Span
from core.live.viewport import Viewport

STEP_S = 1e-3


def grown(values: np.ndarray, pieces: list[int]) -> EventSignal:
    """A signal that got its values in pieces of these sizes, again and again."""
    signal, begin, turn = EventSignal(Total.SUM), 0, 0
    while begin < len(values):
        end = begin + max(pieces[turn % len(pieces)], 1)
        part = values[begin:end]
        signal.add(np.arange(begin, begin + len(part)) * STEP_S, part)
        begin, turn = end, turn + 1
    return signal


def around(begin: int, end: int) -> Span:
    """The samples ``[begin, end)`` of `grown`."""
    return Span((begin - 0.5) * STEP_S, (end - 0.5) * STEP_S)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 9000),
    st.lists(st.integers(1, 3000), min_size=1, max_size=4),
    st.floats(0, 1),
    st.floats(0, 1),
)
@settings(deadline=None, max_examples=60)
def test_statistics_are_those_of_the_raw_samples(
    seed: int, count: int, pieces: list[int], one: float, other: float
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(1000.0, 1.0, count)
    values[random.random(count) < random.random() ** 2] = np.nan
    begin, end = sorted((int(one * count), int(other * count)))
    found = grown(values, pieces).statistics(around(begin, end))
    inside = values[begin:end]
    known = inside[~np.isnan(inside)]
    assert (found.samples, found.lost) == (len(inside), len(inside) - len(known))
    if len(known):
        wanted = (known.mean(), known.min(), known.max(), known.sum())
        assert (found.mean, found.low, found.high, found.total) == pytest.approx(wanted, rel=1e-12)
        assert found.std == pytest.approx(known.std(), rel=1e-6, abs=1e-9)
    else:
        assert all(math.isnan(v) for v in (found.mean, found.low, found.high, found.std, found.total))


@given(st.integers(0, 2**32 - 1), st.integers(1, 9000), st.integers(1, 700), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None, max_examples=60)
def test_a_picture_covers_what_the_samples_cover(
    seed: int, count: int, pieces: int, one: float, other: float
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0.0, 1.0, count)
    values[random.random(count) < 0.02] = np.nan
    begin, end = sorted((int(one * count), int(other * count)))
    picture = grown(values, [700, 13]).picture(around(begin, end), pieces)
    assert len(picture.value) <= 2 * (pieces + 3)
    assert (np.diff(picture.time_s) >= 0).all()
    inside = values[begin:end]
    if not np.isnan(inside).all():
        assert np.nanmin(picture.value) <= np.nanmin(inside)
        assert np.nanmax(picture.value) >= np.nanmax(inside)
    assert np.nanmax(picture.value, initial=-9) <= np.nanmax(values, initial=-9)
    if np.isnan(inside).any():
        assert len(picture.lost_s), "lost samples are marked"


def test_a_gap_stays_a_gap_and_is_marked_where_it_is() -> None:
    values = np.ones(100_000)
    values[40_000:50_000] = np.nan
    picture = grown(values, [4096]).picture(EVER, 500)
    gap = (picture.time_s >= 40.2) & (picture.time_s < 49.7)
    assert gap.any()
    assert np.isnan(picture.value[gap]).all()
    assert 39.7 <= picture.lost_s.min() <= 40.0
    assert 49.7 <= picture.lost_s.max() <= 50.0


def test_pieces_stay_where_they_are_while_the_span_moves() -> None:
    """Otherwise a line that scrolls would flicker."""
    signal = grown(np.random.default_rng(1).normal(size=50_000), [1000])
    first, second = (signal.picture(around(begin, begin + 20_000), 300) for begin in (7_000, 7_050))
    assert set(second.time_s[4:-4]) <= set(first.time_s) | set(
        second.time_s[second.time_s > first.time_s[-1]]
    )


class _Array:
    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def read(self, begin: int, end: int) -> np.ndarray:
        return np.asarray(self.values[begin:end])


def test_an_integral_over_time_counts_lost_samples_with_the_mean() -> None:
    values = np.full(1000, 2.0)
    values[100:200] = np.nan
    signal = Signal(EvenAxis(5.0, 0.01), _Array(values), Total.OVER_TIME, 0.01)
    signal.took(values)
    assert signal.span == Span(5.0, pytest.approx(14.99))
    whole = signal.statistics(EVER)
    assert (whole.lost, whole.total) == (100, pytest.approx(20.0))
    part = signal.statistics(Span(6.0, 7.0))
    assert (part.samples, part.lost) == (100, 100)
    assert math.isnan(part.total), "nothing is known of a span whose samples are all lost"
    assert signal.statistics(Span(7.0, 8.0)).total == pytest.approx(2.0)


def test_outside_of_what_came_there_is_nothing() -> None:
    signal = grown(np.ones(10), [3])
    assert signal.statistics(Span(5.0, 9.0)).samples == 0
    assert signal.statistics(Span(-5.0, -1.0)).samples == 0
    assert EventSignal(Total.NONE).span is None
    assert len(EventSignal(Total.NONE).picture(EVER, 100).value) == 0
    assert math.isnan(EventSignal(Total.NONE).statistics(EVER).mean)


def test_the_viewport_follows_until_somebody_looks_elsewhere() -> None:
    view = Viewport()
    view.grow(Span(0.0, 4.0))
    assert view.span.end_s == pytest.approx(4.0)
    view.zoom(0.5)
    assert (view.span.begin_s, view.span.end_s) == pytest.approx((1.0, 3.0))
    view.grow(Span(0.0, 8.0))
    assert view.span.end_s == pytest.approx(3.0), "what somebody looks at stays"
    view.move(0.5)
    assert view.span.begin_s == pytest.approx(2.0)
    view.show_whole()
    assert (view.following, view.span.end_s) == (True, pytest.approx(8.0))
    view.paused = True
    view.grow(Span(0.0, 9.0))
    assert view.span.end_s == pytest.approx(8.0)
    view.paused = False
    view.grow(Span(0.0, 9.0))
    assert view.span.end_s == pytest.approx(9.0)


def test_the_viewport_keeps_to_the_run_and_to_what_can_be_told_apart() -> None:
    view = Viewport()
    view.grow(Span(0.0, 10.0))
    view.show(Span(1e6, 2e6))
    assert view.span.begin_s >= -5.1
    assert view.span.end_s <= 15.1
    for _ in range(100):
        view.zoom(0.5)
    assert view.span.duration_s >= 1e-5 * 0.999
    for _ in range(200):
        view.zoom(2.0)
    assert view.span.duration_s == pytest.approx(20.0, rel=1e-3)
    for _ in range(50):
        view.move(1.0)
    assert view.span.end_s <= 15.1
