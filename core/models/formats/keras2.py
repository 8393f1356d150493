"""What Keras 2 wrote into its files, as Keras 3 reads it.

Keras 3 opens files of Keras 2 (tf_keras) only as far as the options of the layers are still the same: it
refuses options that are gone, even where they say nothing. The weights lie as before.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Config = dict[str, Any]

#: Options that Keras 2 wrote and Keras 3 refuses; what they say, others say too.
_GONE: Mapping[str, tuple[str, ...]] = {
    "DepthwiseConv1D": ("groups",),
    "DepthwiseConv2D": ("groups",),
    "SeparableConv1D": ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "SeparableConv2D": ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"),
}
_RENAMED: Mapping[str, Mapping[str, str]] = {"LeakyReLU": {"alpha": "negative_slope"}}
_NETWORKS = ("Functional", "Model", "Sequential")
_SHAPE = "batch_input_shape"
_CONFIG, _METADATA = "config.json", "metadata.json"


@contextmanager
def readable_h5(path: Path) -> Iterator[Path]:
    """The `.h5` file, or a copy that Keras 3 can open."""
    import h5py

    with h5py.File(path, "r") as file:
        version, described = _text(file.attrs.get("keras_version")), _text(file.attrs["model_config"])
    if not _is_old(version):
        yield path
        return
    with TemporaryDirectory(prefix="thimble-") as folder:
        copy = Path(folder, path.name)
        shutil.copyfile(path, copy)
        with h5py.File(copy, "r+") as file:
            file.attrs["model_config"] = json.dumps(modernized(json.loads(described)))
        yield copy


@contextmanager
def readable_archive(path: Path) -> Iterator[Path]:
    """The `.keras` file, or a copy that Keras 3 can open."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        metadata = json.loads(archive.read(_METADATA)) if _METADATA in names else {}
        if not _is_old(str(metadata.get("keras_version", ""))):
            yield path
            return
        described = json.dumps(modernized(json.loads(archive.read(_CONFIG))))
        with TemporaryDirectory(prefix="thimble-") as folder:
            copy = Path(folder, path.name)
            with zipfile.ZipFile(copy, "w") as written:
                for name in names:
                    written.writestr(name, described if name == _CONFIG else archive.read(name))
            yield copy


def modernized(described: Any) -> Any:
    """A model's or layer's description, and all within it, with the options of Keras 3."""
    if isinstance(described, list):
        return [modernized(entry) for entry in described]
    if not isinstance(described, dict):
        return described
    class_name, config = described.get("class_name"), described.get("config")
    if not isinstance(class_name, str) or not isinstance(config, dict):
        return {key: modernized(value) for key, value in described.items()}
    if class_name == "Sequential" and isinstance(config.get("layers"), list):
        config = {**config, "layers": _with_input(config["layers"])}
    if class_name in _NETWORKS and isinstance(config.get("layers"), list):
        config = _counted_anew(config)
    modern = {**described, "config": modernized(_options(class_name, config))}
    return {**modern, "module": "keras.src.models.functional"} if class_name == "Functional" else modern


def _counted_anew(config: Config) -> Config:
    """A network with the calls of the networks in it counted from 0.

    Keras 2 counted the building of a network as its first call, which it left out of the file.
    """
    inside = {
        layer["name"]
        for layer in config["layers"]
        if isinstance(layer, dict) and layer.get("class_name") in _NETWORKS and "name" in layer
    }

    def counted(part: Any) -> Any:
        if not isinstance(part, list):
            return part
        if len(part) >= 3 and isinstance(part[0], str) and part[0] in inside and part[1]:
            return [part[0], part[1] - 1, *part[2:]]
        return [counted(entry) for entry in part]

    layers = [
        {**layer, "inbound_nodes": counted(layer["inbound_nodes"])} if "inbound_nodes" in layer else layer
        for layer in config["layers"]
    ]
    ends: Config = {key: counted(config[key]) for key in ("input_layers", "output_layers") if key in config}
    return {**config, **ends, "layers": layers}


def _options(class_name: str, config: Config) -> Config:
    if class_name == "InputLayer":
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        return {"batch_shape": shape, "dtype": config.get("dtype"), "name": config.get("name")}
    gone, renamed = (*_GONE.get(class_name, ()), _SHAPE), _RENAMED.get(class_name, {})
    options = {renamed.get(key, key): value for key, value in config.items() if key not in gone}
    axis = options.get("axis")
    if class_name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        options["axis"] = axis[0]
    return options


def _with_input(layers: list[Any]) -> list[Any]:
    """The layers of a Sequential, behind an input of their own where only the first one has its shape."""
    first = layers[0] if layers and isinstance(layers[0], dict) else {}
    config = first.get("config")
    if first.get("class_name") == "InputLayer" or not isinstance(config, dict) or _SHAPE not in config:
        return layers
    config = {"batch_shape": config[_SHAPE], "name": f"{config.get('name', 'model')}_input"}
    return [{"class_name": "InputLayer", "config": config}, *layers]


def _is_old(version: str) -> bool:
    return version.startswith("2.")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")
