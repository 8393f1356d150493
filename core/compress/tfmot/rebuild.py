"""A Keras 3 model built again in tf_keras, and its weights brought back. For the engine's own worker."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError
from core.models.keras_config import KerasLayer, KerasNetwork
from core.models.keras_graph import network_of_model

#: Options that other versions of Keras call otherwise.
_RENAMED = {"LeakyReLU": {"negative_slope": "alpha"}}
#: Of the base class of all layers.
_OF_EVERY_LAYER = frozenset({"name", "trainable"})
_INPUT = "InputLayer"
_CHECKED_SAMPLES = 4
#: Largest difference of the outputs, as a fraction of the largest output: other kernels round otherwise.
_TOLERANCE = 1e-5


def rebuilt(model: Any, batch: int | None = None, rename: Callable[[str], str] = str) -> Any:
    """The tf_keras model of the same layers, options and weights as the Keras 3 model; `batch` is fixed where
    it is given. Raises ThimbleError ``not-in-tf-keras`` for the first layer that it has not."""
    import tf_keras

    network = network_of_model(model)
    values: dict[str, Any] = {}
    for described in network.layers:
        name = described.name
        if described.class_name == _INPUT:
            shape = model.inputs[network.inputs.index(name)].shape[1:]
            values[name] = tf_keras.Input(shape, batch_size=batch, name=rename(name))
            continue
        layer = model.get_layer(name)
        made = _layer(layer, described, rename(name))
        read = [values[source] for source in described.inputs]
        values[name] = made(read if len(read) > 1 else read[0])
        made.set_weights(layer.get_weights())
    return tf_keras.Model(values[network.inputs[0]], values[network.outputs[0]], name=model.name)


def check_equal(model: Any, twin: Any) -> None:
    """Raise ThimbleError ``not-in-tf-keras``, with the first layer that differs, unless both models compute
    the same: most do to the last bit, all within 1e-5 of the largest output."""
    images = np.random.default_rng(0).random((_CHECKED_SAMPLES, *model.input_shape[1:]), np.float32)
    if _same(model(images, training=False), twin(images, training=False)):
        return
    network = network_of_model(model)
    wanted, given = (_by_layer(network, each, images) for each in (model, twin))
    names = [name for name in wanted if not _same(wanted[name], given[name])]
    first = next(layer for layer in network.layers if layer.name == (names or network.outputs)[0])
    raise _refused(first, "computes something else there")


def weight_names(twin: Any) -> dict[str, list[str]]:
    """By layer of a tf_keras model what its weights are called, in their order, which is that of Keras 3."""
    return {layer.name: [own_name(weight) for weight in layer.weights] for layer in twin.layers}


def weights_of(names: Sequence[str], layer: Any) -> list[npt.NDArray[Any]]:
    """The weights of these names of a tf_keras layer, or of a wrapper that has more."""
    found = {own_name(weight): weight for weight in layer.weights}
    return [found[name].numpy() for name in names]


def own_name(weight: Any) -> str:
    """What a weight of tf_keras is called in its layer: ``kernel`` of ``edges/kernel:0``."""
    return str(weight.name).rpartition("/")[2].partition(":")[0]


def _layer(layer: Any, described: KerasLayer, name: str) -> Any:
    import tf_keras

    kind = getattr(tf_keras.layers, described.class_name, None)
    if kind is None:
        raise _refused(described, "does not exist there")
    renamed = _RENAMED.get(described.class_name, {})
    known = _options(kind)
    config = {renamed.get(key, key): _plain(value) for key, value in layer.get_config().items()}
    wanted = {key: value for key, value in config.items() if key in known and not _is_idle(key)}
    try:
        return kind.from_config({**wanted, "name": name})
    except (ValueError, TypeError) as error:
        raise _refused(described, f"cannot be made there ({str(error).splitlines()[0]})") from error


def _options(kind: type) -> set[str]:
    """The names that the constructors of a layer's class take."""
    constructors = [vars(each)["__init__"] for each in kind.__mro__ if "__init__" in vars(each)]
    return {name for made in constructors for name in inspect.signature(made).parameters} | _OF_EVERY_LAYER


def _is_idle(key: str) -> bool:
    """How weights begin matters no more, and the type of numbers is float32."""
    return key.endswith("_initializer") or key == "dtype"


def _plain(value: Any) -> Any:
    """An option that is an object, as tf_keras writes it: without where Keras 3 has its class."""
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    config = value.get("config")
    if not isinstance(config, dict):  # a function
        return config
    return {
        "class_name": value["class_name"],
        "config": {key: _plain(v) for key, v in config.items() if key != "dtype"},
    }


def _same(wanted: Any, given: Any) -> bool:
    one, other = np.asarray(wanted), np.asarray(given)
    return bool(np.abs(one - other).max() <= _TOLERANCE * max(np.abs(one).max(), np.finfo(np.float32).tiny))


def _by_layer(network: KerasNetwork, model: Any, images: Any) -> dict[str, Any]:
    """What each layer gives."""
    names = [layer.name for layer in network.layers if layer.class_name != _INPUT]
    probe = type(model)(model.inputs, [model.get_layer(name).output for name in names])
    return dict(zip(names, probe(images, training=False), strict=True))


def _refused(layer: KerasLayer, why: str) -> ThimbleError:
    return ThimbleError(
        "not-in-tf-keras",
        f"layer {layer.name!r} ({layer.class_name}) {why}: the engine tfmot needs the model in tf_keras",
        'use engine = "own", or another layer in its place',
    )
