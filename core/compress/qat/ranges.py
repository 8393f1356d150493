"""The range of an activation: measured on calibration images, then what its int8 numbers can express.

For worker processes: Keras is imported inside the functions.
"""

from __future__ import annotations

from functools import cache
from typing import Any

#: How much of a range stays when it follows a batch of training.
_MOMENTUM = 0.99


def make_range(name: str, follows: bool) -> Any:
    """A Keras layer that rounds what passes to 256 numbers between its weights `low` and `high`.

    While its attribute `measures` is True it lets everything pass and widens to it. With `follows` it moves,
    while training, towards the smallest and largest number of each batch (moving averages, as in Jacob et al.
    2018, section 3.1). The range always contains 0, so that zeros and padding are exact.
    """
    return _range_class()(follows, name=name)


@cache
def _range_class() -> Any:
    import keras
    import tensorflow as tf

    class Range(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, follows: bool, **options: Any) -> None:
            super().__init__(**options)
            self.follows, self.measures = follows, False
            self.low = self.add_weight(shape=(), initializer="zeros", trainable=False, name="low")
            self.high = self.add_weight(shape=(), initializer="zeros", trainable=False, name="high")

        def call(self, values: Any, training: bool = False) -> Any:
            low = tf.minimum(tf.reduce_min(values), 0.0)
            high = tf.maximum(tf.reduce_max(values), 0.0)
            if self.measures:
                self.low.assign(tf.minimum(self.low.value, low))
                self.high.assign(tf.maximum(self.high.value, high))
                return values
            if training and self.follows:
                self.low.assign(_MOMENTUM * self.low.value + (1.0 - _MOMENTUM) * low)
                self.high.assign(_MOMENTUM * self.high.value + (1.0 - _MOMENTUM) * high)
            return tf.quantization.fake_quant_with_min_max_vars(values, self.low.value, self.high.value)

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

        def finish_measuring(self) -> None:
            """What was always 0 gets the range 0…1: a scale of 0 cannot be divided by."""
            self.measures = False
            if float(self.high.numpy()) == float(self.low.numpy()):
                self.high.assign(1.0)

    return Range
