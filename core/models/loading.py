"""Opening a model: first a check in milliseconds that needs no TensorFlow; then, in a worker, Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.models.keras_file import read_network
from core.models.keras_graph import check_layers
from core.models.zoo import PREFIX, find_architecture

#: Endings of formats that Thimble will open, and what to do until then.
_LATER = {
    ".h5": "save it in the new format: model.save('model.keras')",
    ".onnx": "give the Keras model that it was made from",
    ".pb": "load it in Keras and save it: model.save('model.keras')",
    ".tflite": "give the Keras model that it was made from",
}
ZOO_SEED = 0


def is_zoo(model: str) -> bool:
    """Whether this names a built-in architecture (``zoo:lenet``) and not a file."""
    return model.startswith(PREFIX)


def check_model_file(model: str | Path) -> None:
    """Check that `model` (a `.keras` file or ``zoo:NAME``) can be opened and compressed, without TensorFlow.

    Raises ThimbleError: ``missing-file``; ``bad-model`` (not a Keras file, broken); ``unsafe-model``
    (Lambda layers and classes of one's own, which would run code from the file);
    ``unsupported-operator``, with the layer and what to do; ``not-there-yet`` (other formats).
    """
    text = str(model)
    if is_zoo(text):
        find_architecture(text.removeprefix(PREFIX))
        return
    path = Path(text)
    if not path.exists():
        raise ThimbleError("missing-file", f"there is no model {path}", "check the path")
    if path.is_dir() or path.suffix.lower() in _LATER:
        kind = "a SavedModel folder" if path.is_dir() else f"{path.suffix} files"
        hint = _LATER.get(path.suffix.lower(), _LATER[".pb"])
        raise ThimbleError("not-there-yet", f"compressing {kind} is not there yet ({path})", hint)
    network = read_network(path)
    check_layers(network)
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise ThimbleError(
            "not-there-yet",
            f"{path} has {len(network.inputs)} inputs and {len(network.outputs)} outputs",
            "only models with one input and one output can be compressed so far",
        )


def load_keras(model: str | Path) -> Any:
    """The Keras model, checked first. Imports TensorFlow: for worker processes.

    Raises ThimbleError as `check_model_file` does.
    """
    check_model_file(model)
    if is_zoo(str(model)):
        return find_architecture(str(model).removeprefix(PREFIX)).build(ZOO_SEED)
    import keras

    try:
        return keras.models.load_model(model, compile=False, safe_mode=True)
    except (ValueError, TypeError, KeyError, OSError) as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ThimbleError(
            "bad-model",
            f"Keras cannot open {model}: {first_line}",
            "save the model again with Keras 3: model.save('model.keras')",
        ) from error
