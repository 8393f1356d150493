"""The data for a Keras model, read as the model wants them. For worker processes."""

from __future__ import annotations

from typing import Any

from core.data import DataSet, check_fits, load_for_model
from core.data.samples import Watch
from core.data.source import nobody_watches
from core.models.input_scaling import inputs_of
from core.models.keras_model import outputs, sample_shape
from core.recipe import DataOptions


def data_for_keras(
    model: Any, name: str, data: str, options: DataOptions | None = None, watch: Watch = nobody_watches
) -> DataSet:
    """The data set `data` in the shape and range of the Keras model, which was opened from `name`.

    The range is what `options` say, else what lies beside the model, else what its first layer tells. Raises
    ThimbleError as `load_for_model` and `check_fits` do.
    """
    loaded = load_for_model(data, name, sample_shape(model), options, inputs_of(model), watch)
    check_fits(loaded, sample_shape(model), outputs(model))
    return loaded
