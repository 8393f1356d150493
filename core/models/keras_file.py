"""What a `.keras` file says about a model, read without Keras: its layers, their order, their weights.

The format (Keras 3): a zip with `config.json`, a tree of layers with their options, and
`model.weights.h5`. Weights stand there under ``layers/<class name in snake case, numbered>/vars/<n>``:
the number counts the layers of the same class in the order of the model and has nothing to do with the
layer's name. Those of a model inside stand under ``layers/<its class>/layers/…`` in the same way.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError
from core.models.keras_config import SAVE_HINT, KerasNetwork, parse_network
from core.models.weights_file import LARGE_BYTES, MOST_INFLATED, require_honest

FloatArray = npt.NDArray[np.float32]

#: What reading a damaged file raises; a text nested too deeply and unknown ways of packing are RuntimeErrors.
_BROKEN = (KeyError, OSError, ValueError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)


def read_network(path: str | Path, allow_unsafe: bool = False) -> KerasNetwork:
    """The network in a `.keras` file. Raises ThimbleError ``missing-file``, ``bad-model``, ``unsafe-model``
    or ``unsupported-operator``."""
    with _opened(Path(path)) as archive:
        return parse_network(_config(archive, Path(path)), str(path), allow_unsafe)


def read_weights(path: str | Path, network: KerasNetwork) -> dict[str, list[FloatArray]]:
    """The weights of each layer that has some, in Keras' layouts and order (kernel, bias).

    This and the two below raise ThimbleError ``bad-model``.
    """
    with _weights(Path(path)) as file:
        return {name: _arrays(file, group) for name, group in _groups(network) if group in file}


def count_weights(path: str | Path, network: KerasNetwork) -> dict[str, int]:
    """How many weights each layer has, as Keras counts them; also for layers that hold others, like LSTM."""
    with _weights(Path(path)) as file:
        groups = ((name, group.removesuffix("/vars")) for name, group in _groups(network))
        return {name: _stored(file[group]) if group in file else 0 for name, group in groups}


def check_weights(path: str | Path) -> None:
    """Check that the weights can be opened and are not larger than their file can hold."""
    with _weights(Path(path)):
        pass


@contextmanager
def _weights(path: Path) -> Iterator[Any]:
    """The HDF5 file with the weights, checked."""
    import h5py

    with _opened(path) as archive:
        try:
            with _seekable(archive, "model.weights.h5") as stored, h5py.File(stored, "r") as file:
                require_honest(file, archive.getinfo("model.weights.h5").file_size)
                yield file
        except _BROKEN as error:
            raise ThimbleError(
                "bad-model", f"the weights in {path} cannot be read ({error})", SAVE_HINT
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
        raise ThimbleError("bad-model", f"{path} is not a Keras model", SAVE_HINT) from error


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part of the file. Raises ValueError where a few bytes would fill the memory."""
    info = archive.getinfo(name)
    if info.file_size > LARGE_BYTES and info.file_size > MOST_INFLATED * info.compress_size:
        raise ValueError(f"{name} would unpack to {info.file_size:,} bytes")
    return archive.read(name)


def _seekable(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A part of the file to read in any order: where it lies there as it is, without loading all of it."""
    if archive.getinfo(name).compress_type == zipfile.ZIP_STORED:
        return archive.open(name)
    return io.BytesIO(_member(archive, name))


def _config(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    names = set(archive.namelist())
    for part in ("config.json", "model.weights.h5"):
        if part not in names:
            raise ThimbleError("bad-model", f"{path} is not a Keras model: it has no {part}", SAVE_HINT)
    try:
        config = json.loads(_member(archive, "config.json"))
    except _BROKEN as error:
        raise ThimbleError("bad-model", f"the config.json in {path} is broken", SAVE_HINT) from error
    if not isinstance(config, dict):
        raise ThimbleError("bad-model", f"the config.json in {path} is not a model", SAVE_HINT)
    return config


def _groups(network: KerasNetwork) -> Iterator[tuple[str, str]]:
    """Pairs (layer, its group in the weights file)."""
    for layer in network.layers:
        steps = (f"layers/{_numbered(_snake_case(kind), number)}" for kind, number in layer.places)
        yield layer.name, f"{'/'.join(steps)}/vars"


def _numbered(base: str, number: int) -> str:
    return f"{base}_{number}" if number else base


def _snake_case(class_name: str) -> str:
    """As Keras writes it: Conv2D → conv2d, MaxPooling2D → max_pooling2d, InputLayer → input_layer."""
    words = re.sub(r"\W+", "", class_name)
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", words)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def _arrays(file: Any, group: str) -> list[FloatArray]:
    stored = file[group]
    return [np.asarray(stored[str(n)], np.float32) for n in range(len(stored))]
