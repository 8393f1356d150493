"""The weights of Keras' layers and the constants of the Graph: which is which, both ways.

A constant is called after its layer: ``LAYER/SUFFIX``. The order is that of Keras' `get_weights`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph, Tensor
from core.models.keras_file import FloatArray
from core.models.keras_layers.converted import constant

Config = Mapping[str, Any]
_Array = npt.NDArray[Any]
_Turn = Callable[[_Array, Config], _Array]


def _same(data: _Array, config: Config) -> _Array:
    return data


@dataclass(frozen=True, slots=True)
class Stored:
    """One weight: its suffix, and how it is laid out here and there.

    `option` is the layer's option without which the weight is not there.
    """

    suffix: str
    to_graph: _Turn = _same
    to_keras: _Turn = _same
    option: str | None = None

    def is_in(self, config: Config) -> bool:
        return self.option is None or bool(config.get(self.option, True))


def _depthwise_to_graph(data: _Array, config: Config) -> _Array:
    height, width, channels, multiplier = data.shape
    return data.reshape(1, height, width, channels * multiplier)


def _depthwise_to_keras(data: _Array, config: Config) -> _Array:
    return data.reshape(*data.shape[1:3], -1, int(config.get("depth_multiplier", 1)))


def _conv_to_graph(data: _Array, config: Config) -> _Array:
    return data.transpose(3, 0, 1, 2)


def _conv_to_keras(data: _Array, config: Config) -> _Array:
    return data.transpose(1, 2, 3, 0)


def _series_to_graph(data: _Array, config: Config) -> _Array:
    return data.transpose(2, 0, 1)[:, None]


def _series_to_keras(data: _Array, config: Config) -> _Array:
    return data[:, 0].transpose(1, 2, 0)


def _turned(data: _Array, config: Config) -> _Array:
    return data.T


_CONV = Stored("kernel", _conv_to_graph, _conv_to_keras)
_SERIES = Stored("kernel", _series_to_graph, _series_to_keras)
_DENSE = Stored("kernel", _turned, _turned)
_DEPTHWISE = Stored("kernel", _depthwise_to_graph, _depthwise_to_keras)
_BIAS = Stored("bias", option="use_bias")

STORED: dict[str, tuple[Stored, ...]] = {
    "Conv2D": (_CONV, _BIAS),
    "Conv1D": (_SERIES, _BIAS),
    "Dense": (_DENSE, _BIAS),
    "DepthwiseConv2D": (_DEPTHWISE, _BIAS),
    "SeparableConv2D": (
        Stored("depthwise/kernel", _depthwise_to_graph, _depthwise_to_keras),
        _CONV,
        _BIAS,
    ),
    "BatchNormalization": (
        Stored("gamma", option="scale"),
        Stored("beta", option="center"),
        Stored("mean"),
        Stored("variance"),
    ),
    "PReLU": (Stored("alpha"),),
}

#: The option that sets a layer's number of output channels: the first axis of its kernel here.
WIDTHS = {"Conv2D": "filters", "Conv1D": "filters", "SeparableConv2D": "filters", "Dense": "units"}


def stored_weights(class_name: str, config: Config) -> tuple[Stored, ...]:
    """The weights that a layer with these options has, in Keras' order."""
    return tuple(stored for stored in STORED.get(class_name, ()) if stored.is_in(config))


def constants_of(name: str, class_name: str, config: Config, weights: list[FloatArray]) -> dict[str, Tensor]:
    """The layer's weights as constants, by suffix."""
    pairs = zip(stored_weights(class_name, config), weights, strict=True)
    return {
        stored.suffix: constant(f"{name}/{stored.suffix}", stored.to_graph(data, config))
        for stored, data in pairs
    }


def weights_from(graph: Graph, name: str, class_name: str, config: Config) -> list[FloatArray]:
    """The layer's weights as Keras wants them, from the constants of the Graph."""
    result = []
    for stored in stored_weights(class_name, config):
        data = graph.tensors[f"{name}/{stored.suffix}"].data
        result.append(stored.to_keras(np.asarray(data, np.float32), config))
    return result
