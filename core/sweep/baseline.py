"""The unpruned model of a sweep whose recipe trains it from scratch: once for each seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

<<<<<<< HEAD
from core.compress.finetune import EpochResult, Hooks, train
from core.compress.record import KERAS
=======
from core.compress.delivery import KERAS
from core.compress.pipeline import train_baseline
>>>>>>> bf50815 (A sweep trains its baseline as a run does)
from core.data import DataSet
from core.jobs.context import JobContext
from core.models.loading import load_keras
from core.paths import write_atomically
from core.recipe import Recipe
from core.sweep.folder import SweepFolder, save_model

_NOTE = "baseline.json"


def trained_baseline(
    folder: SweepFolder,
    model_name: str,
    data_for: Callable[[Any, Recipe], DataSet],
    recipe: Recipe,
    context: JobContext,
) -> Path:
    """The `.keras` file of the model trained as the recipe's [train] says, now or before.

    Raises CancelledByUser at the end of a batch, and ThimbleError.
    """
    assert recipe.train is not None  # noqa: S101 - asked for only then
    target = folder.baseline(recipe.seed) / KERAS
    note, key = target.with_name(_NOTE), folder.baseline_key(recipe)
    if target.is_file() and note.is_file() and json.loads(note.read_text())["key"] == key:
        return target
    model = load_keras(model_name)
<<<<<<< HEAD
    data = data_for(model, recipe)
    epochs = recipe.train.epochs
    history: list[dict[str, Any]] = []

    def after_batch(done: int, total: int) -> None:
        context.check_cancelled()
        if done % 20 == 0 or done == total:
            epoch = min((done - 1) * epochs // total, epochs - 1) + 1
            context.progress(done / total, f"Training from scratch, epoch {epoch} of {epochs}")

    def after_epoch(result: EpochResult) -> None:
        entry = {
            "epoch": result.epoch,
            "loss": result.loss,
            "accuracy": result.accuracy,
            "val_loss": result.val_loss,
            "val_accuracy": result.val_accuracy,
        }
        history.append(entry)

    augmentation = recipe.augment if data.has_images else None
    hooks = Hooks(after_batch, after_epoch)
    train(model, data, recipe.train, range(epochs), recipe.seed, augmentation, hooks=hooks)
    plain = type(model).from_config(model.get_config())  # without the optimizer's state
    plain.set_weights(model.get_weights())
    save_model(plain, target)
    write_atomically(note, json.dumps({"key": key, "history": history}, indent=1))
=======
    data = data_for(model)
    alone = replace(recipe, prune=None, finetune=None, distill=None, cluster=None)
    baseline = train_baseline(model, data, alone, context)
    save_model(baseline.model, target)
    write_atomically(note, json.dumps({"key": key, "history": list(baseline.history)}, indent=1))
>>>>>>> bf50815 (A sweep trains its baseline as a run does)
    return target
