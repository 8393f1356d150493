"""`.keras` files written by hand, so that the readers are tested without Keras."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Layers = list[dict[str, Any]]


def layer(class_name: str, name: str, **config: Any) -> dict[str, Any]:
    """One layer as Keras 3 describes it."""
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name, **config},
        "registered_name": None,
    }


def conv(name: str, filters: int, **config: Any) -> dict[str, Any]:
    options = {
        "filters": filters,
        "kernel_size": [3, 3],
        "strides": [1, 1],
        "padding": "valid",
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "groups": 1,
        "activation": "relu",
        "use_bias": True,
    }
    return layer("Conv2D", name, **{**options, **config})


def dense(name: str, units: int, activation: str = "relu", **config: Any) -> dict[str, Any]:
    return layer("Dense", name, units=units, activation=activation, use_bias=True, **config)


def pool(name: str, **config: Any) -> dict[str, Any]:
    options = {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid", "data_format": "channels_last"}
    return layer("MaxPooling2D", name, **{**options, **config})


def sequential(layers: Layers, shape: tuple[int | None, ...] = (None, 8, 8, 1)) -> dict[str, Any]:
    """A Sequential model of these layers."""
    first = layer("InputLayer", "in", batch_shape=list(shape))
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "net", "layers": [first, *layers]},
        "registered_name": None,
    }


def small_net() -> dict[str, Any]:
    """8×8×1 → conv 3 → pool → conv 2 → flatten → dense 4 → dense 3 with softmax."""
    return sequential(
        [
            conv("first conv", 3, padding="same"),
            pool("pool"),
            conv("second/conv", 2),
            layer("Flatten", "flat", data_format="channels_last"),
            layer("Dropout", "drop", rate=0.5),
            dense("hidden", 4),
            dense("answer", 3, "softmax"),
        ]
    )


#: Groups of the weights file of `small_net`, in order, with the shapes of kernel and bias.
SMALL_NET_WEIGHTS = {
    "conv2d": ((3, 3, 1, 3), (3,)),
    "conv2d_1": ((3, 3, 3, 2), (2,)),
    "dense": ((8, 4), (4,)),
    "dense_1": ((4, 3), (3,)),
}


def random_weights(shapes: dict[str, tuple[tuple[int, ...], ...]], seed: int = 0) -> dict[str, list[Any]]:
    rng = np.random.default_rng(seed)
    return {
        group: [rng.normal(size=shape).astype(np.float32) for shape in arrays]
        for group, arrays in shapes.items()
    }


def write_keras(path: Path, config: Any, weights: dict[str, list[Any]] | None = None) -> Path:
    """A `.keras` file with this config and weights by group name; without `weights`, no weights file."""
    with zipfile.ZipFile(path, "w") as archive:
        text = config if isinstance(config, str) else json.dumps(config)
        archive.writestr("config.json", text)
        if weights is not None:
            stored = io.BytesIO()
            with h5py.File(stored, "w") as file:
                for group, arrays in weights.items():
                    for n, array in enumerate(arrays):
                        file[f"layers/{group}/vars/{n}"] = array
            archive.writestr("model.weights.h5", stored.getvalue())
    return path


def write_small_net(path: Path, seed: int = 0) -> Path:
    return write_keras(path, small_net(), random_weights(SMALL_NET_WEIGHTS, seed))
