"""Copies of a Keras model: plain, with fresh weights, or from the text of its architecture. For workers."""

from __future__ import annotations

from typing import Any


def plain_copy(model: Any) -> Any:
    """The same layers and weights without optimizer and metrics."""
    copied = type(model).from_config(model.get_config())
    copied.set_weights(model.get_weights())
    return copied


def fresh_copy(model: Any, seed: int) -> Any:
    """The same layers with weights as before any training, which the seed decides.

    Layers that are not trained keep theirs: frozen ones, and those that scale their input.
    """
    import keras

    keras.utils.set_random_seed(seed)
    copied = type(model).from_config(model.get_config())
    for fresh, old in zip(copied.layers, model.layers, strict=True):
        if not old.trainable_weights:
            fresh.set_weights(old.get_weights())
    return copied


def architecture_of(model: Any) -> str:
    """The layers and their options as JSON, without the weights."""
    return str(model.to_json())


def model_of_architecture(architecture: str) -> Any:
    """The model that `architecture_of` described, with any weights. Raises ValueError or TypeError."""
    import keras

    return keras.models.model_from_json(architecture)
