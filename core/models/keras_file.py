"""What a `.keras` file says about a model, read without Keras: its layers, their order, their weights.

The format (Keras 3): a zip with `config.json`, a tree of layers with their options, and
`model.weights.h5`. Weights stand there under ``layers/<class name in snake case, numbered>/vars/<n>``:
the number counts the layers of the same class in the order of the model and has nothing to do with the
layer's name.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError

FloatArray = npt.NDArray[np.float32]

_SAVE_HINT = "save the model again with Keras 3: model.save('model.keras')"


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """One layer of a file: its options as Keras wrote them, and the layers that feed it."""

    name: str
    class_name: str
    config: dict[str, Any]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KerasNetwork:
    """The layers of a model, each after those that feed it, and the names of its ends."""

    name: str
    layers: tuple[KerasLayer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def read_network(path: str | Path) -> KerasNetwork:
    """The network in a `.keras` file. Raises ThimbleError ``missing-file``, ``bad-model``, ``unsafe-model``
    or ``unsupported-operator``."""
    with _opened(Path(path)) as archive:
        return parse_network(_config(archive, Path(path)), str(path))


def read_weights(path: str | Path, network: KerasNetwork) -> dict[str, list[FloatArray]]:
    """The weights of each layer that has some, in Keras' layouts and order (kernel, bias)."""
    import h5py

    with _opened(Path(path)) as archive:
        try:
            stored = io.BytesIO(archive.read("model.weights.h5"))
            with h5py.File(stored, "r") as file:
                return {name: _arrays(file, group) for name, group in _groups(network) if group in file}
        except (KeyError, OSError, ValueError) as error:
            raise ThimbleError(
                "bad-model", f"the weights in {path} cannot be read ({error})", _SAVE_HINT
            ) from error


def count_weights(path: str | Path, network: KerasNetwork) -> dict[str, int]:
    """How many weights each layer has, as Keras counts them; also for layers that hold others, like LSTM.

    Raises ThimbleError ``bad-model``.
    """
    import h5py

    with _opened(Path(path)) as archive:
        try:
            stored = io.BytesIO(archive.read("model.weights.h5"))
            with h5py.File(stored, "r") as file:
                groups = ((name, group.removesuffix("/vars")) for name, group in _groups(network))
                return {name: _stored(file[group]) if group in file else 0 for name, group in groups}
        except (KeyError, OSError, ValueError) as error:
            raise ThimbleError(
                "bad-model", f"the weights in {path} cannot be read ({error})", _SAVE_HINT
            ) from error


def _stored(group: Any) -> int:
    """Numbers in the group and all inside it, without the states of random generators."""
    total = 0
    for name, part in group.items():
        if hasattr(part, "shape"):
            total += int(part.size)
        elif "seed_generator" not in name:
            total += _stored(part)
    return total


def _opened(path: Path) -> zipfile.ZipFile:
    if not path.exists():
        raise ThimbleError("missing-file", f"there is no file {path}", "check the path")
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ThimbleError("bad-model", f"{path} is not a Keras model", _SAVE_HINT) from error


def _config(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    names = set(archive.namelist())
    for part in ("config.json", "model.weights.h5"):
        if part not in names:
            raise ThimbleError("bad-model", f"{path} is not a Keras model: it has no {part}", _SAVE_HINT)
    try:
        config = json.loads(archive.read("config.json"))
    except (ValueError, zipfile.BadZipFile) as error:
        raise ThimbleError("bad-model", f"the config.json in {path} is broken", _SAVE_HINT) from error
    if not isinstance(config, dict):
        raise ThimbleError("bad-model", f"the config.json in {path} is not a model", _SAVE_HINT)
    return config


def parse_network(model: dict[str, Any], source: str) -> KerasNetwork:
    """The network that a serialized Keras model describes; `source` is named in errors."""
    try:
        _refuse_custom(model, "the model itself")
        for layer in model["config"]["layers"]:
            _refuse_custom(layer, f"layer {layer['config'].get('name')!r}")
        if model["class_name"] == "Sequential":
            return _sequential(model["config"])
        if model["class_name"] in ("Functional", "Model"):
            return _functional(model["config"])
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ThimbleError(
            "bad-model", f"the description of the model in {source} is not understood", _SAVE_HINT
        ) from error
    raise ThimbleError(
        "unsupported-operator",
        f"the model in {source} is of the kind {model['class_name']}, not Sequential or functional",
        "build it as a Sequential or functional Keras model",
    )


def _refuse_custom(described: dict[str, Any], what: str) -> None:
    """Lambda layers and classes of one's own would run code from the file."""
    class_name = described["class_name"]
    if class_name == "Lambda":
        raise ThimbleError(
            "unsafe-model",
            f"{what} is a Lambda layer, which would run code from the file",
            "use built-in layers instead",
        )
    module = str(described.get("module") or "keras")
    if described.get("registered_name") not in (None, class_name) or module.partition(".")[0] != "keras":
        raise ThimbleError(
            "unsafe-model",
            f"{what} is a class of its own ({class_name})",
            "use built-in Keras layers instead",
        )


def _sequential(config: dict[str, Any]) -> KerasNetwork:
    described = list(config["layers"])
    if not described or described[0]["class_name"] != "InputLayer":
        shape = config.get("build_input_shape")
        if not shape:
            raise ThimbleError(
                "bad-model", "the model has no input shape", "put keras.Input(shape) before its first layer"
            )
        input_config = {"name": "input", "batch_shape": shape}
        described.insert(0, {"class_name": "InputLayer", "config": input_config})
    layers: list[KerasLayer] = []
    for entry in described:
        feeds = (layers[-1].name,) if layers else ()
        layers.append(KerasLayer(entry["config"]["name"], entry["class_name"], entry["config"], feeds))
    return KerasNetwork(config["name"], tuple(layers), (layers[0].name,), (layers[-1].name,))


def _functional(config: dict[str, Any]) -> KerasNetwork:
    layers = []
    for entry in config["layers"]:
        nodes = entry.get("inbound_nodes") or []
        if len(nodes) > 1:
            raise ThimbleError(
                "unsupported-operator",
                f"layer {entry['config']['name']!r} is used {len(nodes)} times",
                "give every place a layer of its own",
            )
        feeds = tuple(_tensors(nodes[0]["args"])) if nodes else ()
        layers.append(KerasLayer(entry["config"]["name"], entry["class_name"], entry["config"], feeds))
    inputs, outputs = (_ends(config[key]) for key in ("input_layers", "output_layers"))
    return KerasNetwork(config["name"], tuple(_in_order(layers)), inputs, outputs)


def _tensors(value: Any) -> Iterator[str]:
    """Names of the layers whose outputs stand in the arguments of a call."""
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _tensors(entry)
    elif isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield str(value["config"]["keras_history"][0])


def _ends(described: Any) -> tuple[str, ...]:
    """Names in ``["a", 0, 0]``, ``[["a", 0, 0], …]`` or a dict of those."""
    if isinstance(described, dict):
        return tuple(name for value in described.values() for name in _ends(value))
    if described and isinstance(described[0], str):
        return (described[0],)
    return tuple(name for value in described for name in _ends(value))


def _in_order(layers: list[KerasLayer]) -> Iterator[KerasLayer]:
    """Each layer after those that feed it, otherwise in the order of the file."""
    waiting, done = list(layers), set[str]()
    while waiting:
        ready = [layer for layer in waiting if done.issuperset(layer.inputs)]
        if not ready:
            raise KeyError(waiting[0].name)
        yield from ready
        done.update(layer.name for layer in ready)
        waiting = [layer for layer in waiting if layer.name not in done]


def _groups(network: KerasNetwork) -> Iterator[tuple[str, str]]:
    """Pairs (layer, its group in the weights file)."""
    used: dict[str, int] = {}
    for layer in network.layers:
        base = _snake_case(layer.class_name)
        number = used.get(base, -1) + 1
        used[base] = number
        yield layer.name, f"layers/{base}_{number}/vars" if number else f"layers/{base}/vars"


def _snake_case(class_name: str) -> str:
    """As Keras writes it: Conv2D → conv2d, MaxPooling2D → max_pooling2d, InputLayer → input_layer."""
    words = re.sub(r"\W+", "", class_name)
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", words)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def _arrays(file: Any, group: str) -> list[FloatArray]:
    stored = file[group]
    return [np.asarray(stored[str(n)], np.float32) for n in range(len(stored))]
