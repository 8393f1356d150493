"""What the engine's worker tells is told on, and however it ends is how the run's worker sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compress.tfmot import engine
from core.compress.tfmot.exchange import Answer, Exchange, Question
from core.data import load_data
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Cancelled, Done, Event, Failed, Log, Partial, Progress
from core.recipe_toml import recipe_from_text

RECIPE = recipe_from_text(
    'name = "n"\n[train]\nepochs = 2\n[prune]\nkind = "element"\ncriterion = "magnitude"\nengine = "tfmot"\n'
    '[finetune]\nepochs = 3\n[quantize]\nmode = "qat"\nengine = "tfmot"'
)


class FakeJob:
    """Tells its events at once; a job that is cancelled ends so."""

    def __init__(self, events: list[Event], on_event: Callable[[Event], None]) -> None:
        self.cancels = 0
        self._on_event = on_event
        for event in events:
            on_event(event)

    def cancel(self, grace_s: float = 5.0) -> None:
        self.cancels += 1
        self._on_event(Cancelled("in the worker"))

    def wait(self, timeout: float | None = None) -> None:
        return None


def _asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, events: list[Event], cancelled: bool = False
) -> tuple[list[Event], list[dict[str, Any]]]:
    told: list[Event] = []

    def start(
        task: str, params: dict[str, Any], on_event: Callable[[Event], None], environment: Mapping[str, str]
    ) -> FakeJob:
        assert environment == {"TF_USE_LEGACY_KERAS": "1"}
        assert Question.from_json(params["question"]) == question
        return FakeJob(events, on_event)

    monkeypatch.setattr(engine, "start_job", start)
    stop = threading.Event()
    if cancelled:
        stop.set()
    history: list[dict[str, Any]] = [{"epoch": 1}]
    question = Question(RECIPE, 1)
    engine._ask(question, Exchange(tmp_path), history, JobContext(told.append, stop))
    return told, history


def test_progress_log_and_epochs_are_told_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    events: list[Event] = [Progress(0.5, "half"), Log("a line"), Partial("epoch", {"epoch": 2}), Done({})]
    told, history = _asked(monkeypatch, tmp_path, events)
    assert [type(event) for event in told] == [Progress, Log, Partial]
    assert history == [{"epoch": 1}, {"epoch": 2}]


def test_its_failures_are_those_of_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ThimbleError, match="what") as caught:
        _asked(monkeypatch, tmp_path, [Failed("not-in-tf-keras", "what", "hint")])
    assert (caught.value.code, caught.value.hint) == ("not-in-tf-keras", "hint")
    with pytest.raises(RuntimeError, match="traceback"):
        _asked(monkeypatch, tmp_path, [Failed("unexpected", "what", "", "traceback", expected=False)])


def test_cancelling_is_passed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CancelledByUser, match="in the worker"):
        _asked(monkeypatch, tmp_path, [], cancelled=True)


def test_which_step_a_question_means() -> None:
    assert Question(RECIPE).planned is None
    pruning, aware = Question(RECIPE, 1).planned, Question(RECIPE, 2).planned
    assert pruning is not None
    assert pruning.prune is not None
    assert list(pruning.epochs) == [2, 3, 4]
    assert aware is not None
    assert list(aware.epochs) == [5, 6]


def test_the_same_data_are_read_again() -> None:
    data = load_data("digits")
    question = Question.from_json(Question.of_step(RECIPE, 1, data, 0.5).to_json())
    again = question.data(data.sample_shape, lambda done, total: None)
    assert question.sparsity == 0.5
    assert np.array_equal(again.x_train, data.x_train)
    assert np.array_equal(again.y_test, data.y_test)


def test_answers_come_back_in_order(tmp_path: Path) -> None:
    weights = [np.full((n + 1,), n, np.float32) for n in range(12)]
    exchange = Exchange(tmp_path)
    exchange.put_answer(Answer(weights, b"file"))
    answer = exchange.answer()
    assert answer.tflite == b"file"
    assert all(np.array_equal(a, b) for a, b in zip(answer.weights, weights, strict=True))
    with pytest.raises(ThimbleError) as caught:
        Exchange(tmp_path / "gone").put_answer(Answer(weights))
    assert caught.value.code == "cannot-write"
