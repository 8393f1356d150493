"""The unpruned model of a sweep whose recipe trains it from scratch: once for each seed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.compress.fingerprints import checkpoints_of
from core.compress.pipeline import train_baseline
from core.compress.run_files import KERAS
from core.data import DataSet
from core.jobs.context import JobContext
from core.paths import write_atomically
from core.recipe import Recipe
from core.sweep.folder import BASELINE, SweepFolder, save_model


def baseline_model(folder: SweepFolder, recipe: Recipe) -> Path:
    """Where the trained model lies, or is going to."""
    return folder.baseline(recipe.seed) / KERAS


def trained_baseline(
    folder: SweepFolder,
    model: Any,
    data: DataSet,
    recipe: Recipe,
    context: JobContext,
    names: tuple[str, str],
) -> Path:
    """Train the model as the recipe's [train] says; returns its `.keras` file. `names` are those that the
    user gave model and data. What was interrupted after an epoch goes on there.

    Raises CancelledByUser at the end of a batch, and ThimbleError.
    """
    assert recipe.train is not None  # noqa: S101 - asked for only then
    target = baseline_model(folder, recipe)
    alone = replace(recipe, prune=None, finetune=None, distill=None, cluster=None)
    checkpoints = checkpoints_of(target.parent, names, model, data, alone)
    baseline = train_baseline(model, data, alone, context, checkpoints)
    save_model(baseline.model, target)
    record = {"key": folder.baseline_key(recipe), "history": list(baseline.history)}
    write_atomically(target.with_name(BASELINE), json.dumps(record, indent=1))
    checkpoints.clear()
    return target
