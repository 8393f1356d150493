"""SavedModel folders, of Keras or of TensorFlow alone: a Keras model is made of what they compute.

The folder holds a function as a TensorFlow graph, not layers. TensorFlow Lite's converter brings it into
the operators that the compiler reads; of these the layers are rebuilt. Nothing of Keras' in the folder is
read, so that no Lambda layer can run; a graph with operators that could reach files or Python is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.models.formats.base import Ends, Form, ModelFormat, Opening, require_single_ends
from core.models.formats.network_operators import reaching_out
from core.models.retraced import Traceable, retraced, traced_to_tflite

FILE = "saved_model.pb"
_EXPORT_HINT = "export the model again: model.export('folder')"


class SavedModel(ModelFormat):
    """The folder that ``model.export`` of Keras 3 and ``model.save`` of Keras 2 write."""

    id = "saved-model"
    title = "SavedModel"
    read_as = Form.TFLITE

    def accepts(self, path: Path) -> bool:
        return path.is_dir() and (path / FILE).is_file()

    def check(self, opening: Opening) -> Ends:
        """Only that it is there: what is in it takes TensorFlow to read."""
        return Ends()

    def load(self, opening: Opening) -> Any:
        return retraced(_trusted(opening))

    def load_tflite(self, opening: Opening) -> bytes:
        return traced_to_tflite(_trusted(opening))


def _trusted(opening: Opening) -> Traceable:
    if not opening.allow_unsafe:
        _refuse_reaching_out(opening.path)
    return _served(opening.path)


def _refuse_reaching_out(folder: Path) -> None:
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    described = saved_model_pb2.SavedModel()
    try:
        described.ParseFromString((folder / FILE).read_bytes())
    except (DecodeError, OSError) as error:
        raise ThimbleError("bad-model", f"{folder / FILE} is broken", _EXPORT_HINT) from error
    kind = reaching_out(described)
    if kind is not None:
        raise ThimbleError(
            "unsafe-model",
            f"the SavedModel {folder} has the operator {kind}, which may reach beyond the network",
            "if you trust who made the folder, allow it with --allow-unsafe",
        )


def _served(folder: Path) -> Traceable:
    """The function that the folder serves to others."""
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(folder))
        signatures = dict(loaded.signatures)
    except (OSError, ValueError, TypeError, AttributeError, KeyError, tf.errors.OpError) as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ThimbleError(
            "bad-model", f"TensorFlow cannot open {folder}: {first_line}", _EXPORT_HINT
        ) from error
    if not signatures:
        raise ThimbleError("bad-model", f"the SavedModel {folder} serves no function", _EXPORT_HINT)
    function = signatures.get("serving_default") or next(iter(signatures.values()))
    inputs = dict(function.structured_input_signature[1])
    outputs = dict(function.structured_outputs)
    require_single_ends(folder, len(inputs), len(outputs))
    (name, spec), (result,) = next(iter(inputs.items())), outputs
    shape = () if spec.shape.rank is None else tuple(spec.shape)
    return Traceable(str(folder), lambda value: function(**{name: value})[result], shape, loaded)
