"""Distillation: a teacher's answers as targets (Hinton et al. 2015). For worker processes.

The loss is in `core.compress.train_step.Objective`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.compress.idle import is_taught
from core.compress.train_step import make_logits
from core.data import DataSet
from core.data.batches import batches_in_order, read_batches
from core.recipe import Distill, Recipe

#: Larger tables of answers are not kept: the teacher is then asked for each batch.
_MOST_KEPT_BYTES = 256_000_000
_ASKED_AT_ONCE = 128


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """`model` is the Keras model that teaches. `logits(places, images)` gives the answers
    ``[batch, classes]`` to training samples: their numbers, and what they look like now."""

    options: Distill
    logits: Callable[[npt.NDArray[np.int64], Any], Any]
    model: Any


def teacher_of(model: Any, data: DataSet, recipe: Recipe, check: Callable[[], None]) -> Teacher | None:
    """The Keras model as the teacher that the recipe asks for; None where it asks for none, or nothing would
    listen to it. See `make_teacher`."""
    if recipe.distill is None or not is_taught(recipe):
        return None
    augmented = recipe.augment is not None and data.has_images  # shifts and flips are of pictures
    return make_teacher(model, data, recipe.distill, augmented, check)


def make_teacher(
    model: Any, data: DataSet, options: Distill, augmented: bool, check: Callable[[], None]
) -> Teacher:
    """The Keras model as a teacher. Nothing of it is trained.

    Where samples are never changed (`augmented`) and all answers fit into memory, each sample is asked once,
    here; `check` is called between the batches and may raise CancelledByUser.
    """
    ask = make_logits(model)
    kept_bytes = len(data.y_train) * int(model.output_shape[-1]) * 4
    if augmented or kept_bytes > _MOST_KEPT_BYTES:
        return Teacher(options, lambda places, images: ask(images), model)
    answers = []
    for images in read_batches(data.x_train, batches_in_order(len(data.y_train), _ASKED_AT_ONCE)):
        answers.append(ask(images).numpy())
        check()
    table = np.concatenate(answers)[: len(data.y_train)]
    return Teacher(options, lambda places, images: table[places], model)
