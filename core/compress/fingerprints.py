"""Short strings of bytes that differ when a model or the data differ, and the checkpoints that they name."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from core.compress.checkpoint import Checkpoints, identity_of
from core.data import DataSet
from core.models.keras_copies import architecture_of
from core.recipe import Recipe

#: All labels count, but only so many samples: data may be larger than memory.
_SAMPLES = 64


def fingerprint_of_model(model: Any) -> bytes:
    """Of the layers, their options and all weights of a Keras model."""
    digest = hashlib.sha256(architecture_of(model).encode())
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.digest()


def fingerprint_of_data(data: DataSet) -> bytes:
    """Of the shapes, all labels, and some samples from all over each part."""
    digest = hashlib.sha256()
    for samples, labels in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        places = np.unique(np.linspace(0, len(labels) - 1, _SAMPLES).astype(np.int64))
        digest.update(repr(samples.shape).encode())
        digest.update(labels.tobytes())
        digest.update(np.ascontiguousarray(samples[places]).tobytes())
    return digest.digest()


def checkpoints_of(
    out: Path, names: tuple[str, str], model: Any, data: DataSet, recipe: Recipe
) -> Checkpoints:
    """The checkpoints in the folder `out` of this recipe on this Keras model with these data; `names` are
    those that the user gave model and data."""
    prints = (fingerprint_of_model(model), fingerprint_of_data(data))
    return Checkpoints(out, identity_of(*names, recipe, prints))
