"""Opening a model: first a check in milliseconds that needs no TensorFlow; then, in a worker, Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from codegen.graph import Graph
from core.errors import ThimbleError
from core.models.formats import Ends, Opening, find_format
from core.models.keras_graph import check_layers, network_of_model
from core.models.zoo import PREFIX, find_architecture

ZOO_SEED = 0


def is_zoo(model: str) -> bool:
    """Whether this names a built-in architecture (``zoo:lenet``) and not a file."""
    return model.startswith(PREFIX)


def check_model_file(model: str | Path, allow_unsafe: bool = False) -> Ends:
    """Check that `model` (a file or folder of any format, or ``zoo:NAME``) can be opened and compressed,
    without TensorFlow and without running anything in it. Returns what is known of its ends.

    Raises ThimbleError: ``missing-file``; ``unknown-format``; ``bad-model`` (broken); ``unsafe-model``
    (Lambda layers, pickles and classes of one's own, unless `allow_unsafe`); ``unsupported-operator``,
    ``not-trainable`` and ``quantized-model``, with the layer and what to do; ``not-there-yet`` (several
    inputs or outputs). Raises CodegenError for a broken `.onnx` or `.tflite`.
    """
    text = str(model)
    if is_zoo(text):
        architecture = find_architecture(text.removeprefix(PREFIX))
        return Ends(tuple(architecture.input_shape))
    path = Path(text)
    return find_format(path).check(Opening(path, allow_unsafe))


def graph_at_once(model: str | Path, allow_unsafe: bool = False) -> Graph | None:
    """The float Graph of a model that `check_model_file` has passed, with the layers named as Keras will name
    them, where it can be read without TensorFlow; else None. Raises ThimbleError or CodegenError."""
    if is_zoo(str(model)):
        return None
    path = Path(model)
    return find_format(path).graph(Opening(path, allow_unsafe))


def load_keras(model: str | Path, allow_unsafe: bool = False) -> Any:
    """The Keras model, checked first and without models inside it. Imports TensorFlow: for worker processes.

    Raises as `check_model_file` does.
    """
    check_model_file(model, allow_unsafe)
    if is_zoo(str(model)):
        return find_architecture(str(model).removeprefix(PREFIX)).build(ZOO_SEED)
    from core.models.flat import flattened
    from core.models.retraced import retraced_model

    path = Path(model)
    opened = find_format(path).load(Opening(path, allow_unsafe))
    try:
        flat = flattened(opened)
        check_layers(network_of_model(flat))
        return flat
    except ThimbleError:
        if not allow_unsafe:
            raise
        return retraced_model(opened)  # what the unreadable layers compute


def load_tflite(model: str | Path, allow_unsafe: bool = False) -> bytes:
    """The float network as a TFLite file with a batch of 1. For worker processes.

    A SavedModel needs no layers for it. Raises as `load_keras` does, and ``conversion-failed``.
    """
    from core.models.tflite_export import to_tflite

    path = Path(model)
    if not is_zoo(str(model)):
        content = find_format(path).load_tflite(Opening(path, allow_unsafe))
        if content is not None:
            return content
    return to_tflite(load_keras(model, allow_unsafe), lambda converter: None)
