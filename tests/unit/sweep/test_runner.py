"""How a sweep goes on: a baseline that fails, a teacher for what is quantized later, what is compared."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.compress.compressed import Compressed
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.recipe import Distill, Prune, Recipe, Training
from core.sweep import runner
from core.sweep.folder import LOG, SweepFolder
from core.sweep.grid import QUANTIZATIONS, Grid, Series, variants_of
from core.sweep.result import Point, State
from core.sweep.runner import Subject, SweepRunner

INT8, AWARE = QUANTIZATIONS["int8"], QUANTIZATIONS["int8-qat"]


def _series(recipe: Recipe) -> Series:
    return Series("s", "s", recipe, Grid(sparsities=(0.5, 0.8), quantizations=(INT8, AWARE), seeds=2))


@pytest.fixture
def sweeping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SweepRunner:
    """A sweep without TensorFlow."""
    monkeypatch.setattr(runner, "start_tensorflow", lambda seed: None)
    monkeypatch.setattr(runner, "load_keras", lambda name: SimpleNamespace(name=str(name)))
    monkeypatch.setattr(runner, "data_for_keras", lambda *_: "data")
    monkeypatch.setattr(runner, "_forget_models", lambda: None)
    context = JobContext(lambda event: None)
    subject = Subject("model.keras", "digits", ())
    return SweepRunner(subject, SweepFolder(tmp_path, "key"), context, lambda point: None)


def test_a_baseline_that_runs_away_fails_its_seed_alone(
    sweeping: SweepRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[int] = []

    def train(folder: SweepFolder, model: Any, data: Any, recipe: Recipe, *_: Any) -> Path:
        trained.append(recipe.seed)
        if recipe.seed == 0:
            raise ThimbleError("not-finite", "training has run away", "lower learning_rate")
        return Path("baseline.keras")

    def opened(*_: Any) -> Any:
        raise ThimbleError("reached", "the other seed goes on", "")

    monkeypatch.setattr(runner, "trained_baseline", train)
    monkeypatch.setattr(SweepRunner, "_opened", lambda *_: None)
    monkeypatch.setattr(SweepRunner, "_pruned", opened)
    points = sweeping.run(variants_of(_series(Recipe("r", prune=Prune(), train=Training(epochs=1)))))
    reasons = [(point.where.seed, point.reason.code) for point in points if point.reason]
    assert reasons == [(0, "not-finite")] * 4 + [(1, "reached")] * 4
    assert trained.count(0) == 1


def test_an_unexpected_failure_leaves_its_traceback(
    sweeping: SweepRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: Any) -> Any:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(SweepRunner, "_opened", lambda *_: None)
    monkeypatch.setattr(SweepRunner, "_pruned", opened)
    (variant, *_) = variants_of(_series(Recipe("r", prune=Prune())))
    points = sweeping.run([variant])
    assert {point.reason.code for point in points if point.reason} == {"unexpected"}
    log = (sweeping.folder.out / LOG).read_text()
    assert log.count("Traceback") == len(points) == 2
    assert "in opened" in log
    assert all(point.where.folder in log for point in points)


@pytest.mark.parametrize("error", [CancelledByUser("now"), ThimbleError("cannot-write", "full", "")])
def test_some_failures_of_a_baseline_end_the_sweep(
    sweeping: SweepRunner, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def train(*_: Any) -> Path:
        raise error

    monkeypatch.setattr(runner, "trained_baseline", train)
    with pytest.raises(type(error)):
        sweeping.run(variants_of(_series(Recipe("r", prune=Prune(), train=Training(epochs=1)))))


@pytest.mark.parametrize(("missing", "taught"), [((INT8, AWARE), True), ((INT8,), False)])
def test_a_pruned_model_of_before_has_its_teacher_again(
    sweeping: SweepRunner, monkeypatch: pytest.MonkeyPatch, missing: tuple[Any, ...], taught: bool
) -> None:
    asked, delivered = [], []
    evaluation = SimpleNamespace(accuracy=0.9, loss=0.1)
    model = SimpleNamespace()

    def teacher_of(model: Any, data: Any, recipe: Recipe, check: Any) -> str:
        asked.append(model)
        return "teacher"

    def deliver(self: Any, variant: Any, quantization: Any, opened: Any, pruned: Any, context: Any) -> Point:
        delivered.append(pruned.compressed)
        return Point(self._where(variant, quantization), State.DONE)

    original = SimpleNamespace(model="the original")
    opened = SimpleNamespace(model=original, data="data")
    monkeypatch.setattr(SweepFolder, "pruned", lambda *_: {"history": []})
    monkeypatch.setattr(SweepRunner, "_opened", lambda *_: opened)
    monkeypatch.setattr(SweepRunner, "_delivered", deliver)
    monkeypatch.setattr(runner, "load_keras", lambda name: model)
    monkeypatch.setattr(runner, "evaluate_keras", lambda *_: evaluation)
    monkeypatch.setattr(runner, "graph_of_model", lambda model: SimpleNamespace(nonzero=8))
    monkeypatch.setattr(runner, "teacher_of", teacher_of)
    recipe = Recipe("r", prune=Prune(), finetune=Training(epochs=1), distill=Distill())
    grid = Grid(sparsities=(0.5,), quantizations=missing)
    points = sweeping.run(variants_of(Series("s", "s", recipe, grid)))
    assert [point.state for point in points] == [State.DONE] * len(missing)
    assert asked == [original] * taught
    assert {compressed.teacher for compressed in delivered} == {"teacher" if taught else None}


def _record(loss: dict[str, float] | None) -> dict[str, Any]:
    return {
        "parameters": {"before": 10, "after": 10, "nonzero": 8, "unique": 3},
        "counts": {"before": {"nonzero": 10}},
        "evaluation": {"after": {"loss": 0.3, "macro_precision": 0.8}},
        "accuracy": {"before": 0.97, "after": 0.9},
        "macs": {"before": 1, "after": 1},
        "size_bytes": {},
        "quantization_loss": loss,
    }


def test_quantization_is_compared_with_the_same_weights_in_floats() -> None:
    pruned = runner._Pruned(Compressed(None, ()), 0.5, 2.0, 5)
    trained = runner._figures(_record({"accuracy_float": 0.92, "loss_float": 0.2}), pruned)
    assert trained.lost_by_quantization == pytest.approx(0.02)
    assert trained.loss_float == 0.2
    assert runner._figures(_record(None), pruned).accuracy_float == 0.5
