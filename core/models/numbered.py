"""Layer names that come back out of TensorFlow's converters. For worker processes.

TensorFlow numbers names that it has seen before, and from its ``conv2d_1_2`` nobody could tell the layer any
more. So layer number n goes in as ``thimble<n>x``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

#: A stand-in name, with the number that TensorFlow may have added.
_NUMBERED = re.compile(r"thimble(\d+)x(?:_\d+)?")


def stand_in_names(model: Any) -> dict[str, str]:
    """The stand-in name of each layer of a Keras model."""
    return {layer.name: f"thimble{number}x" for number, layer in enumerate(model.layers)}


def numbered(model: Any, batch: int | None) -> Any:
    """A copy of the Keras model with stand-in names and a batch of `batch` (None: any)."""
    import keras

    names = stand_in_names(model)

    def stand_in(layer: Any) -> Any:
        return layer.__class__.from_config({**layer.get_config(), "name": names[layer.name]})

    given = keras.Input(batch_shape=(batch, *model.input_shape[1:]), name=model.inputs[0].name)
    clone = keras.models.clone_model(model, input_tensors=given, clone_function=stand_in)
    clone.set_weights(model.get_weights())
    return clone


def with_layer_names(text: str, names: Sequence[str]) -> str:
    """The text with every stand-in name replaced by the layer's own."""
    return _NUMBERED.sub(lambda found: names[int(found[1])], text)


def layer_of(text: str, names: Sequence[str]) -> str | None:
    """The first layer whose stand-in name is in the text."""
    found = _NUMBERED.search(text)
    return names[int(found[1])] if found else None
