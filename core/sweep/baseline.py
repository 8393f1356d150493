"""The unpruned model of a sweep whose recipe trains it from scratch: once for each seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.compress.pipeline import train_baseline
from core.compress.record import KERAS
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
    data = data_for(model, recipe)
    alone = replace(recipe, prune=None, finetune=None, distill=None, cluster=None)
    baseline = train_baseline(model, data, alone, context)
    save_model(baseline.model, target)
    write_atomically(note, json.dumps({"key": key, "history": list(baseline.history)}, indent=1))
    return target
