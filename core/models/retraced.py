"""What a TensorFlow function computes, as a Keras model of built-in layers. For worker processes.

TensorFlow Lite's converter brings the function into the operators that the compiler reads; of these the
layers are made. Batch norms are folded into the layers before them on the way.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from codegen.frontends import load_graph
from core.errors import ThimbleError
from core.models.from_graph import rebuild


@dataclass(frozen=True, slots=True)
class Traceable:
    """A function of one tensor. `shape` is the input's, samples first; `owner` holds its variables."""

    name: str
    call: Callable[[Any], Any]
    shape: tuple[int | None, ...]
    owner: Any


def retraced(traceable: Traceable) -> Any:
    """The Keras model that computes what the function does.

    Raises ThimbleError ``not-there-yet`` for an open shape, ``conversion-failed``, or what `rebuild` does,
    and CodegenError for operators that the compiler cannot read.
    """
    with TemporaryDirectory(prefix="thimble-") as folder:
        file = Path(folder, "model.tflite")
        file.write_bytes(traced_to_tflite(traceable))
        return rebuild(load_graph(file))


def retraced_model(model: Any) -> Any:
    """`retraced` for a Keras model with layers that Thimble cannot read, such as Lambda layers."""
    import tensorflow as tf

    owner = tf.Module()
    owner.variables_of_model = [variable.value for variable in model.variables]
    call = partial(model, training=False)
    return retraced(Traceable(model.name, call, tuple(model.input_shape), owner))


def traced_to_tflite(traceable: Traceable) -> bytes:
    """The function as a float TFLite file with a batch of 1.

    Raises ThimbleError ``not-there-yet`` for an open shape, or ``conversion-failed``.
    """
    import tensorflow as tf

    if not traceable.shape[1:] or any(n is None for n in traceable.shape[1:]):
        raise ThimbleError(
            "not-there-yet",
            f"the input of {traceable.name} has an open shape {traceable.shape}",
            "give the model a fixed input shape",
        )
    spec = tf.TensorSpec((1, *traceable.shape[1:]), tf.float32)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            concrete = tf.function(traceable.call).get_concrete_function(spec)
            converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], traceable.owner)
            return bytes(converter.convert())
    except (ValueError, RuntimeError, TypeError, tf.errors.OpError) as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ThimbleError(
            "conversion-failed",
            f"TensorFlow Lite cannot express what {traceable.name} computes ({first_line})",
            "use the layers that `thimble inspect` supports",
        ) from error
