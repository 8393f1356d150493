"""Task: one step of a recipe by TensorFlow Model Optimization, in a process where Keras is tf_keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.compress.tfmot.exchange import Exchange, Question
from core.compress.tfmot.work import answer, check
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.loading import load_keras


def tfmot(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: question (`Question.to_json`), folder (an `Exchange` with the models).

    Started by `core.compress.tfmot.engine` alone, with TF_USE_LEGACY_KERAS=1. Writes the answer into the
    folder. Partials `epoch` as those of `compress`. Raises ThimbleError ``not-in-tf-keras``,
    ``cannot-train-quantized``, and what the training raises.
    """
    question, exchange = Question.from_json(params["question"]), Exchange(Path(params["folder"]))
    context.progress(0.0, "Starting TensorFlow Model Optimization")
    start_tensorflow(question.recipe.seed)
    context.check_cancelled()
    model = load_keras(str(exchange.model))
    if question.planned is None:
        check(model, question.recipe)
    else:
        teacher = load_keras(str(exchange.teacher)) if exchange.teacher else None
        exchange.put_answer(answer(question, model, teacher, context))
    return {}
