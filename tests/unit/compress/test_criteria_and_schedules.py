"""Every criterion and every schedule keeps the contract of its family."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import recipe
from core.compress.criteria import CRITERIA, find_criterion
from core.compress.schedules import SCHEDULES, find_schedule
from core.errors import ThimbleError

CRITERION = pytest.mark.parametrize("kind", list(CRITERIA), ids=lambda kind: kind.value)
SCHEDULE = pytest.mark.parametrize("kind", list(SCHEDULES), ids=lambda kind: kind.value)


def _rng() -> np.random.Generator:
    return np.random.default_rng(3)


@CRITERION
def test_a_criterion_gives_one_finite_score_a_structure(kind: recipe.Criterion) -> None:
    weights = np.random.default_rng(0).normal(size=(9, 20)).astype(np.float32)
    criterion = find_criterion(kind)
    scores = criterion.scores(weights, _rng())
    assert scores.shape == (20,)
    assert np.all(np.isfinite(scores))
    assert np.all(scores >= 0.0)
    assert np.array_equal(scores, criterion.scores(weights, _rng()))
    assert criterion.about


@CRITERION
def test_a_criterion_does_not_see_signs_and_prefers_larger_weights(kind: recipe.Criterion) -> None:
    weights = np.random.default_rng(0).normal(size=(9, 20)).astype(np.float32)
    criterion = find_criterion(kind)
    assert np.array_equal(criterion.scores(weights, _rng()), criterion.scores(-weights, _rng()))
    if kind is not recipe.Criterion.RANDOM:
        assert np.all(criterion.scores(2 * weights, _rng()) > criterion.scores(weights, _rng()))
        assert criterion.scores(np.zeros((4, 1), np.float32), _rng()) == 0.0


def test_the_norms_themselves() -> None:
    weights = np.array([[3.0], [-4.0]], np.float32)
    values = {
        kind: float(find_criterion(kind).scores(weights, _rng())[0])
        for kind in (recipe.Criterion.MAGNITUDE, recipe.Criterion.L1, recipe.Criterion.L2)
    }
    assert list(values.values()) == [3.5, 7.0, 5.0]


@pytest.mark.parametrize("kind", [recipe.Criterion.GRADIENT, recipe.Criterion.ACTIVATION])
def test_a_criterion_that_is_not_there_yet(kind: recipe.Criterion) -> None:
    with pytest.raises(ThimbleError) as caught:
        find_criterion(kind)
    assert caught.value.code == "not-there-yet"
    assert "l1" in caught.value.hint


@SCHEDULE
@given(initial=st.floats(0.0, 0.5), more=st.floats(0.0, 0.499), steps=st.integers(1, 50))
def test_a_schedule_rises_to_exactly_its_target(
    kind: recipe.Schedule, initial: float, more: float, steps: int
) -> None:
    final = initial + more
    amounts = find_schedule(kind).amounts(initial, final, steps)
    assert amounts[-1] == final
    assert all(initial - 1e-12 <= amount <= final + 1e-12 for amount in amounts)
    assert list(amounts) == sorted(amounts)
    assert len(amounts) == (1 if kind is recipe.Schedule.ONE_SHOT else steps)


@pytest.mark.parametrize(
    ("final", "steps", "expected"),
    [
        (0.8, 4, (0.4625, 0.7, 0.7875, 0.8)),
        (0.95, 4, (0.54921875, 0.83125, 0.93515625, 0.95)),
        (0.9, 2, (0.7875, 0.9)),
    ],
)
def test_automated_gradual_pruning_is_the_papers(
    final: float, steps: int, expected: tuple[float, ...]
) -> None:
    amounts = find_schedule(recipe.Schedule.AGP).amounts(0.0, final, steps)
    assert amounts == pytest.approx(expected, abs=1e-6)


def test_iterative_steps_are_equal() -> None:
    amounts = find_schedule(recipe.Schedule.ITERATIVE).amounts(0.0, 0.8, 4)
    assert amounts == pytest.approx((0.2, 0.4, 0.6, 0.8))
