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


def check_data(
    ends: Ends, name: str, data: str, options: DataOptions | None = None, watch: Watch = nobody_watches
) -> DataSet | None:
    """Check that the data are there and fit what is known of the model, before TensorFlow starts.

    Gives the data for `data_for_keras`; None where the model has to be opened first. Raises ThimbleError as
    that does, but for a range that only the model can tell.
    """
    if ends.input is None:
        return None
    try:
        loaded = load_for_model(data, name, ends.input, options, watch=watch)
    except ThimbleError as error:
        if error.code != _TOLD_BY_THE_MODEL:
            raise
        return None
    check_fits(loaded, ends.input, loaded.classes if ends.outputs is None else ends.outputs)
    return loaded


def data_for_keras(
    model: Any,
    name: str,
    data: str,
    options: DataOptions | None = None,
    watch: Watch = nobody_watches,
    checked: DataSet | None = None,
) -> DataSet:
    """The data set `data` in the shape and range of the Keras model, which was opened from `name`.

    The range is what `options` say, else what lies beside the model, else what its first layer tells.
    `checked` is what `check_data` gave for the same data: they are not read again, unless the model tells
    another range. Raises ThimbleError as `load_for_model` and `check_fits` do.
    """
    wanted = inputs_of(model)
    loaded = checked if wanted is None else None
    if loaded is None:
        loaded = load_for_model(data, name, sample_shape(model), options, wanted, watch)
    check_fits(loaded, sample_shape(model), outputs(model))
    return loaded
