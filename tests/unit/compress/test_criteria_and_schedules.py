"""Every criterion and every schedule keeps the contract of its family."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import recipe
from core.compress.criteria import CRITERIA, Needs, find_criterion, ranked_without_data, serves
from core.compress.schedules import SCHEDULES, find_schedule
from core.errors import ThimbleError

Array = npt.NDArray[Any]

CRITERION = pytest.mark.parametrize("kind", list(CRITERIA), ids=lambda kind: kind.value)
SCHEDULE = pytest.mark.parametrize("kind", list(SCHEDULES), ids=lambda kind: kind.value)


def _rng() -> np.random.Generator:
    return np.random.default_rng(3)


def _weights() -> Array:
    return np.random.default_rng(0).normal(size=(9, 20)).astype(np.float32)


def _evidence(kind: recipe.Criterion, scale: float = 1.0) -> Array | None:
    if CRITERIA[kind].needs is Needs.NOTHING:
        return None
    return scale * (0.01 + 0.4 * np.random.default_rng(1).random((9, 20)))


def test_every_criterion_of_a_recipe_is_there() -> None:
    assert set(CRITERIA) == set(recipe.Criterion)


@CRITERION
def test_a_criterion_gives_one_finite_score_a_structure(kind: recipe.Criterion) -> None:
    criterion = CRITERIA[kind]
    scores = criterion.scores(_weights(), _rng(), _evidence(kind))
    assert scores.shape == (20,)
    assert np.all(np.isfinite(scores))
    assert np.all(scores >= 0.0)
    assert np.array_equal(scores, criterion.scores(_weights(), _rng(), _evidence(kind)))
    assert criterion.about


@CRITERION
def test_a_criterion_does_not_see_signs_and_prefers_larger_weights(kind: recipe.Criterion) -> None:
    weights, evidence = _weights(), _evidence(kind)
    criterion = CRITERIA[kind]
    scores = criterion.scores(weights, _rng(), evidence)
    assert np.array_equal(scores, criterion.scores(-weights, _rng(), evidence))
    if kind not in (recipe.Criterion.RANDOM, recipe.Criterion.ACTIVATION):
        assert np.all(criterion.scores(2 * weights, _rng(), evidence) > scores)
        nothing = None if evidence is None else np.ones((4, 1))
        assert criterion.scores(np.zeros((4, 1), np.float32), _rng(), nothing) == 0.0


@pytest.mark.parametrize("kind", [kind for kind in CRITERIA if CRITERIA[kind].needs is not Needs.NOTHING])
def test_a_criterion_that_needs_data_follows_them(kind: recipe.Criterion) -> None:
    scores = CRITERIA[kind].scores(_weights(), _rng(), _evidence(kind))
    assert np.all(CRITERIA[kind].scores(_weights(), _rng(), _evidence(kind, 2.0)) > scores)
    with pytest.raises(ValueError, match="evidence"):
        CRITERIA[kind].scores(_weights(), _rng())


def test_the_norms_themselves() -> None:
    weights = np.array([[3.0], [-4.0]], np.float32)
    values = {
        kind: float(CRITERIA[kind].scores(weights, _rng())[0])
        for kind in (recipe.Criterion.MAGNITUDE, recipe.Criterion.L1, recipe.Criterion.L2)
    }
    assert list(values.values()) == [3.5, 7.0, 5.0]


def test_the_criteria_with_data_themselves() -> None:
    weights, evidence = np.array([[3.0], [-4.0]], np.float32), np.array([[0.5], [0.25]])
    gradient = CRITERIA[recipe.Criterion.GRADIENT].scores(weights, _rng(), evidence)
    activity = CRITERIA[recipe.Criterion.ACTIVATION].scores(weights, _rng(), evidence)
    assert (gradient.tolist(), activity.tolist()) == ([2.5], [0.375])


@CRITERION
@pytest.mark.parametrize("pruning", list(recipe.PruneKind))
def test_a_criterion_serves_what_it_can_rank(kind: recipe.Criterion, pruning: recipe.PruneKind) -> None:
    prune = recipe.Prune(pruning, kind)
    if serves(kind, pruning):
        assert find_criterion(prune) is CRITERIA[kind]
        assert CRITERIA[ranked_without_data(prune).criterion].needs is Needs.NOTHING
        return
    with pytest.raises(ThimbleError) as caught:
        find_criterion(prune)
    assert caught.value.code == "criterion-does-not-fit"
    assert "gradient" in caught.value.hint
    assert kind.value not in caught.value.hint


def test_without_data_only_the_ranking_changes() -> None:
    by_weights = recipe.Prune(criterion=recipe.Criterion.L2)
    assert ranked_without_data(by_weights) is by_weights
    by_data = recipe.Prune(criterion=recipe.Criterion.GRADIENT, sparsity=0.3, layers={"a": 0.1})
    assert ranked_without_data(by_data) == replace(by_data, criterion=recipe.Criterion.MAGNITUDE)


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
