"""Keras to TFLite. For worker processes."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from core.errors import ThimbleError
from core.models.numbered import numbered, with_layer_names


def to_tflite(model: Any, configure: Callable[[Any], None]) -> bytes:
    """The model as a TFLite file with a batch of 1.

    A batch that is open would put shape arithmetic into the file. `configure` sets up the
    ``tf.lite.TFLiteConverter``, which otherwise leaves floats as they are. Raises ThimbleError
    ``conversion-failed``.
    """
    content = converted(numbered(model, batch=1), configure)
    return renamed(content, [layer.name for layer in model.layers])


def converted(fixed: Any, configure: Callable[[Any], None]) -> bytes:
    """A model with a fixed batch as a TFLite file, layers called as they are in it; raises as `to_tflite`."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    configure(converter)
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


def renamed(tflite: bytes, names: Sequence[str]) -> bytes:
    """The TFLite file of a `numbered` model, its tensors named after the layers again."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    unpacked = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(tflite, 0))
    for tensor in (t for graph in unpacked.subgraphs for t in graph.tensors):
        text = tensor.name.decode() if isinstance(tensor.name, bytes) else str(tensor.name)
        tensor.name = with_layer_names(text, names)
    builder = flatbuffers.Builder(len(tflite))
    builder.Finish(unpacked.Pack(builder), b"TFL3")
    return bytes(builder.Output())
