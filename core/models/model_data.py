"""The data for a model, read as the model wants them."""

from __future__ import annotations

from typing import Any

from core.data import DataSet, check_fits, load_for_model
from core.data.samples import Watch
from core.data.source import nobody_watches
from core.errors import ThimbleError
from core.models.formats import Ends
from core.models.input_scaling import inputs_of
from core.models.keras_model import outputs, sample_shape
from core.recipe import DataOptions

_TOLD_BY_THE_MODEL = "unknown-range"


def check_data(ends: Ends, name: str, data: str, options: DataOptions | None = None) -> None:
    """Check that the data are there and fit what is known of the model, before TensorFlow starts.

    Raises ThimbleError as `data_for_keras` does, but for a range that only the model can tell.
    """
    if ends.input is None:
        return
    try:
        loaded = load_for_model(data, name, ends.input, options)
    except ThimbleError as error:
        if error.code != _TOLD_BY_THE_MODEL:
            raise
        return
    check_fits(loaded, ends.input, loaded.classes if ends.outputs is None else ends.outputs)


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
