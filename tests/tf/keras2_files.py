"""Writes networks with Keras 2 (tf_keras) in each of its formats, with samples and what they give.

In a process of its own: ``python keras2_files.py FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import tf_keras
from tf_keras import layers

SHAPE = (12, 12, 1)


def chain() -> tf_keras.Model:
    """Layers whose options Keras 3 does not know any more."""
    return tf_keras.Sequential(
        [
            layers.Conv2D(4, 3, padding="same", use_bias=False, input_shape=SHAPE),
            layers.BatchNormalization(),
            layers.ReLU(6.0),
            layers.DepthwiseConv2D(3),
            layers.LeakyReLU(0.2),
            layers.SeparableConv2D(6, 3, activation="relu"),
            layers.MaxPool2D(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3),
            layers.Softmax(),
        ]
    )


def branched() -> tf_keras.Model:
    """A sum, and a model inside."""
    inner = tf_keras.Sequential([layers.Conv2D(4, 3, padding="same", input_shape=SHAPE)])
    image = tf_keras.Input(SHAPE)
    both = layers.Add()([inner(image), layers.Conv2D(4, 1)(image)])
    return tf_keras.Model(image, layers.Dense(3, activation="softmax")(layers.Flatten()(both)))


def main(folder: Path) -> None:
    draw = np.random.default_rng(0)
    x = draw.random((3, *SHAPE), np.float32)
    for make in (chain, branched):
        model = make()
        for weight in model.weights:
            low, high = (0.5, 1.5) if "variance" in weight.name else (-0.15, 0.15)
            weight.assign(draw.uniform(low, high, weight.shape))
        name = make.__name__
        np.savez(folder / f"{name}.npz", x=x, y=model.predict(x, verbose=0))
        for ending in (".h5", ".keras", ""):
            model.save(folder / f"{name}{ending}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
