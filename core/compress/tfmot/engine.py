"""Asks the engine: starts its worker, tells of its progress, takes the weights. For worker processes."""

from __future__ import annotations

import os
import queue
from dataclasses import replace
from typing import Any

from core.compress.clustering import cluster_model
from core.compress.compressed import Compressed
from core.compress.distillation import Teacher
from core.compress.pruners import Pruned, zeros_of
from core.compress.steps import plan_steps
from core.compress.tfmot.exchange import Exchange, Question
from core.compress.tfmot.pruning import zero_share
from core.data import DataSet
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Cancelled, Done, End, Event, Failed, Log, Partial, Progress
from core.jobs.host import start_job
from core.models.keras_copies import plain_copy
from core.recipe import Recipe
from core.work_folder import work_folder

#: tfmot knows models of tf_keras alone; which Keras TensorFlow takes is decided before it is imported.
_ENVIRONMENT = {"TF_USE_LEGACY_KERAS": "1"}
_LOOKS_EVERY_S = 0.1


def check_with_tfmot(model: Any, recipe: Recipe, context: JobContext) -> None:
    """Raise ThimbleError ``not-in-tf-keras`` or ``cannot-train-quantized`` for a Keras model that the engine
    cannot work on, with the layer that stops it: before anything is trained. Nothing is changed."""
    context.progress(0.0, "Asking TensorFlow Model Optimization")
    with work_folder() as folder:
        exchange = Exchange(folder)
        exchange.put_models(model, None)
        _ask(Question(recipe), exchange, [], context)


def done_by_tfmot(
    current: Pruned,
    data: DataSet,
    recipe: Recipe,
    step: int,
    teacher: Teacher | None,
    history: list[dict[str, Any]],
    context: JobContext,
) -> Pruned:
    """`current` after step number `step` of the recipe; `history` grows by an entry an epoch.

    What was interrupted begins with this step again. Raises ThimbleError as the training does, and
    CancelledByUser.
    """
    question = Question.of_step(recipe, step, data, current.sparsity)
    model, _ = _answered(question, current.model, teacher, history, context)
    planned = plan_steps(recipe)[step]
    if planned.cluster is not None:
        return Pruned(model, current.sparsity, cluster_model(model, planned.cluster)[1])
    sparsity = zero_share(model, planned.prune) if planned.prune else current.sparsity
    return Pruned(model, sparsity, zeros_of(model))


def trained_by_tfmot(
    compressed: Compressed, data: DataSet, recipe: Recipe, context: JobContext
) -> Compressed:
    """Quantization-aware training; `compressed` is left as it is. Raises as `done_by_tfmot`, and
    ``cannot-train-quantized``."""
    history = list(compressed.history)
    sparsity = history[-1]["sparsity"] if history else 0.0
    question = Question.of_step(recipe, len(plan_steps(recipe)), data, sparsity)
    model, tflite = _answered(question, compressed.model, compressed.teacher, history, context)
    return replace(compressed, model=model, history=tuple(history), tflite=tflite)


def _answered(
    question: Question,
    model: Any,
    teacher: Teacher | None,
    history: list[dict[str, Any]],
    context: JobContext,
) -> tuple[Any, bytes | None]:
    """A copy of the Keras 3 model with the weights of the answer, and its TFLite file."""
    with work_folder() as folder:
        exchange = Exchange(folder)
        exchange.put_models(model, teacher.model if teacher else None)
        _ask(question, exchange, history, context)
        answer = exchange.answer()
    changed = plain_copy(model)
    changed.set_weights(answer.weights)
    return changed, answer.tflite


def _ask(question: Question, exchange: Exchange, history: list[dict[str, Any]], context: JobContext) -> None:
    """Run the engine's worker to its end, and tell all that it tells."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    params = {"question": question.to_json(), "folder": os.fspath(exchange.folder)}
    job = start_job("tfmot", params, events.put, _ENVIRONMENT)
    try:
        while True:
            if context.cancel_requested:
                job.cancel()
            try:
                event = events.get(timeout=_LOOKS_EVERY_S)
            except queue.Empty:
                continue
            if isinstance(event, Done | Failed | Cancelled):
                _raise_unless_done(event, context)
                return
            _tell(event, history, context)
    finally:
        job.cancel(grace_s=0.0)
        job.wait()


def _tell(event: Event, history: list[dict[str, Any]], context: JobContext) -> None:
    if isinstance(event, Progress):
        context.progress(event.fraction, event.text, cancellable=event.cancellable)
    elif isinstance(event, Log):
        context.log(event.text)
    elif isinstance(event, Partial):
        history.append(event.data)
        context.partial(event.kind, event.data)


def _raise_unless_done(end: End, context: JobContext) -> None:
    if isinstance(end, Cancelled):
        raise CancelledByUser(end.where or context.last_text)
    if isinstance(end, Failed):
        if end.expected:
            raise ThimbleError(end.code, end.what, end.hint)
        raise RuntimeError(f"the worker of the engine tfmot: {end.what}\n{end.details}")
