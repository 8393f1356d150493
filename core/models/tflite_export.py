"""Keras to TFLite. For worker processes."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from core.errors import ThimbleError

#: A layer's stand-in name, with the number that TensorFlow may have added.
_NUMBERED = re.compile(r"thimble(\d+)x(?:_\d+)?")


def to_tflite(model: Any, configure: Callable[[Any], None]) -> bytes:
    """The model as a TFLite file with a batch of 1.

    `configure` sets up the ``tf.lite.TFLiteConverter``, which otherwise leaves floats as they are. Raises
    ThimbleError ``conversion-failed``.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(with_batch_of_one(model))
    configure(converter)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            content = bytes(converter.convert())
    except (ValueError, RuntimeError, TypeError) as error:
        raise ThimbleError(
            "conversion-failed",
            f"TensorFlow cannot convert the model to TFLite ({str(error).splitlines()[0]})",
            "use the layers that `thimble inspect` supports",
        ) from error
    return with_layer_names(content, [layer.name for layer in model.layers])


def with_batch_of_one(model: Any) -> Any:
    """A copy with a fixed batch: an open one would put shape arithmetic into the TFLite file.

    Layer number n is called ``thimble<n>x`` in it: TensorFlow numbers names that it has seen before, and
    from its ``conv2d_1_2`` nobody could tell the layer any more.
    """
    import keras

    numbers = {layer.name: number for number, layer in enumerate(model.layers)}

    def numbered(layer: Any) -> Any:
        return layer.__class__.from_config({**layer.get_config(), "name": f"thimble{numbers[layer.name]}x"})

    name = model.inputs[0].name
    fixed = keras.Input(batch_shape=(1, *model.input_shape[1:]), name=name)
    clone = keras.models.clone_model(model, input_tensors=fixed, clone_function=numbered)
    clone.set_weights(model.get_weights())
    return clone


def with_layer_names(tflite: bytes, names: Sequence[str]) -> bytes:
    """The TFLite file of a model from `with_batch_of_one`, its tensors named after the layers again."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    unpacked = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(tflite, 0))
    for tensor in (t for graph in unpacked.subgraphs for t in graph.tensors):
        text = tensor.name.decode() if isinstance(tensor.name, bytes) else str(tensor.name)
        tensor.name = _NUMBERED.sub(lambda found: names[int(found[1])], text)
    builder = flatbuffers.Builder(len(tflite))
    builder.Finish(unpacked.Pack(builder), b"TFL3")
    return bytes(builder.Output())
