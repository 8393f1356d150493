"""`.h5`: the older format of Keras 2, and of Keras 3 where it is asked for.

One HDF5 file. The model's description is JSON in the attribute ``model_config``; its weights lie in the group
``model_weights``, by layer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.models.formats.base import Ends, Form, ModelFormat, Opening
from core.models.formats.keras2 import readable_h5
from core.models.formats.keras_loading import ends_of_network, load_with_keras
from core.models.keras_config import SAVE_HINT, KerasNetwork, parse_network
from core.models.weights_file import require_honest


class H5(ModelFormat):
    """What ``model.save('model.h5')`` writes."""

    id = "h5"
    title = "Keras HDF5"
    endings = (".h5", ".hdf5")
    read_as = Form.KERAS

    def check(self, opening: Opening) -> Ends:
        network = _network(opening.path, opening.allow_unsafe)
        return ends_of_network(network, str(opening.path), opening.allow_unsafe)

    def load(self, opening: Opening) -> Any:
        return load_with_keras(opening, readable_h5)


def _network(path: Path, allow_unsafe: bool) -> KerasNetwork:
    import h5py

    if not path.is_file():
        raise ThimbleError("missing-file", f"there is no file {path}", "check the path")
    try:
        with h5py.File(path, "r") as file:
            config = file.attrs.get("model_config")
            if config is None:
                raise ThimbleError(
                    "bad-model",
                    f"{path} holds weights without a model",
                    "save the whole model, not its weights alone: model.save('model.keras')",
                )
            if "model_weights" not in file:
                raise ThimbleError("bad-model", f"{path} has no weights", SAVE_HINT)
            require_honest(file["model_weights"], path.stat().st_size)
        described = json.loads(config)
        if not isinstance(described, dict):
            raise ValueError("the description is no model")
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, RecursionError) as error:
        raise ThimbleError("bad-model", f"{path} is not a Keras model ({error})", SAVE_HINT) from error
    return parse_network(described, str(path), allow_unsafe)
