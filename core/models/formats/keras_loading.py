"""What the formats that Keras itself opens share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.models.formats.base import Ends, Opening, require_single_ends
from core.models.keras_config import KerasNetwork
from core.models.keras_graph import check_layers

#: Layers behind the last dense one that give as many numbers as they get.
_KEEPING = ("Activation", "Softmax", "Dropout")


def ends_of_network(network: KerasNetwork, source: str, allow_unsafe: bool) -> Ends:
    """The ends of a network that can be compressed.

    Layers that cannot be read are passed over where code in the file may run: what it computes is read then.
    Raises ThimbleError ``unsupported-operator`` or ``not-there-yet``.
    """
    if not allow_unsafe:
        check_layers(network)
    require_single_ends(source, len(network.inputs), len(network.outputs))
    described = next(layer for layer in network.layers if layer.name == network.inputs[0])
    shape = described.config.get("batch_shape") or described.config.get("batch_input_shape") or (None,)
    fixed = tuple(n for n in shape[1:] if isinstance(n, int))
    return Ends(fixed if fixed and len(fixed) == len(shape) - 1 else None, _outputs(network))


def _outputs(network: KerasNetwork) -> int | None:
    """The units of the dense layer that the network ends in; None where it ends in another."""
    layers = {layer.name: layer for layer in network.layers}
    layer = layers[network.outputs[0]]
    while layer.class_name in _KEEPING and len(layer.inputs) == 1:
        layer = layers[layer.inputs[0]]
    units = layer.config.get("units") if layer.class_name == "Dense" else None
    return units if isinstance(units, int) else None


def load_with_keras(opening: Opening, readable: Callable[[Path], AbstractContextManager[Path]]) -> Any:
    """What Keras makes of a file that was checked; `readable` gives it as Keras 3 reads it.

    Raises ThimbleError ``bad-model``.
    """
    import keras

    try:
        with readable(opening.path) as path:
            return keras.models.load_model(path, compile=False, safe_mode=not opening.allow_unsafe)
    except (ValueError, TypeError, KeyError, OSError, AttributeError, ImportError, IndexError) as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ThimbleError(
            "bad-model",
            f"Keras cannot open {opening.path}: {first_line}",
            "save the model again with Keras 3: model.save('model.keras')",
        ) from error
