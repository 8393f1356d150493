"""Keras to TFLite. For worker processes."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from core.data.dataset import FloatArray
from core.errors import ThimbleError
from core.recipe import QuantizeKind


def to_tflite(model: Any, kind: QuantizeKind, calibration: FloatArray) -> bytes:
    """The model as a TFLite file with a batch of 1.

    int8: weights, activations, input and output are 8-bit; the ranges come from `calibration`, images in
    NHWC. float16 and dynamic shrink only the weights. Raises ThimbleError ``conversion-failed``, or
    ``not-there-yet`` for uint8.
    """
    if kind not in _SETTINGS:
        known = ", ".join(k.value for k in _SETTINGS)
        raise ThimbleError(
            "not-there-yet", f"quantization to {kind.value} is not there yet", f"use one of these: {known}"
        )
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(with_batch_of_one(model))
    _SETTINGS[kind](converter, calibration)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            return bytes(converter.convert())
    except (ValueError, RuntimeError, TypeError) as error:
        raise ThimbleError(
            "conversion-failed",
            f"TensorFlow cannot convert the model to TFLite ({str(error).splitlines()[0]})",
            "use the layers that `thimble inspect` supports",
        ) from error


def with_batch_of_one(model: Any) -> Any:
    """A copy with a fixed batch: an open one would put shape arithmetic into the TFLite file."""
    import keras

    name = model.inputs[0].name
    fixed = keras.Input(batch_shape=(1, *model.input_shape[1:]), name=name)
    clone = keras.models.clone_model(model, input_tensors=fixed)
    clone.set_weights(model.get_weights())
    return clone


def _none(converter: Any, calibration: FloatArray) -> None:
    """Float stays float."""


def _dynamic(converter: Any, calibration: FloatArray) -> None:
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]


def _float16(converter: Any, calibration: FloatArray) -> None:
    import tensorflow as tf

    _dynamic(converter, calibration)
    converter.target_spec.supported_types = [tf.float16]


def _int8(converter: Any, calibration: FloatArray) -> None:
    import tensorflow as tf

    def samples() -> Iterator[list[FloatArray]]:
        for image in calibration:
            yield [np.ascontiguousarray(image[None])]

    _dynamic(converter, calibration)
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8


_SETTINGS: dict[QuantizeKind, Callable[[Any, FloatArray], None]] = {
    QuantizeKind.NONE: _none,
    QuantizeKind.FLOAT16: _float16,
    QuantizeKind.DYNAMIC: _dynamic,
    QuantizeKind.INT8: _int8,
}
