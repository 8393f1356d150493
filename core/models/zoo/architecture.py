"""Architectures as values: their counts need no TensorFlow, and `build` makes the Keras model."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Protocol

#: Height, width and channels, or the length of a vector.
Shape = tuple[int, ...]


class LayerSpec(Protocol):
    """One layer: its output's shape, its counts, and the Keras layer that it stands for."""

    #: The layer's name, to which a number is added from the second one on.
    base: ClassVar[str]

    def output(self, shape: Shape) -> Shape: ...

    def parameters(self, shape: Shape) -> int: ...

    def macs(self, shape: Shape) -> int: ...

    def keras(self, name: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Conv:
    """A convolution without padding, stride 1, with ReLU."""

    base: ClassVar[str] = "conv2d"
    filters: int
    kernel: int = 3

    def output(self, shape: Shape) -> Shape:
        height, width, _ = shape
        return height - self.kernel + 1, width - self.kernel + 1, self.filters

    def parameters(self, shape: Shape) -> int:
        return (self.kernel * self.kernel * shape[2] + 1) * self.filters

    def macs(self, shape: Shape) -> int:
        return prod(self.output(shape)) * self.kernel * self.kernel * shape[2]

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.Conv2D(self.filters, self.kernel, activation="relu", name=name)


@dataclass(frozen=True, slots=True)
class MaxPool:
    """Max pooling without overlap."""

    base: ClassVar[str] = "max_pooling2d"
    size: int = 2

    def output(self, shape: Shape) -> Shape:
        height, width, channels = shape
        return height // self.size, width // self.size, channels

    def parameters(self, shape: Shape) -> int:
        return 0

    def macs(self, shape: Shape) -> int:
        return 0

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.MaxPooling2D(self.size, name=name)


@dataclass(frozen=True, slots=True)
class Flat:
    """All channels of all pixels as one vector."""

    base: ClassVar[str] = "flatten"

    def output(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def parameters(self, shape: Shape) -> int:
        return 0

    def macs(self, shape: Shape) -> int:
        return 0

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.Flatten(name=name)


@dataclass(frozen=True, slots=True)
class Full:
    """A dense layer: with ReLU, or with softmax for the `last` one."""

    base: ClassVar[str] = "dense"
    units: int
    last: bool = False

    def output(self, shape: Shape) -> Shape:
        return (self.units,)

    def parameters(self, shape: Shape) -> int:
        return (shape[0] + 1) * self.units

    def macs(self, shape: Shape) -> int:
        return shape[0] * self.units

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.Dense(self.units, activation="softmax" if self.last else "relu", name=name)


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network from input to output, one layer after the other.

    `source` says where it is published, or that it is our own.
    """

    name: str
    about: str
    source: str
    input_shape: Shape
    layers: tuple[LayerSpec, ...]

    def _steps(self) -> list[tuple[LayerSpec, Shape]]:
        steps, shape = [], self.input_shape
        for layer in self.layers:
            steps.append((layer, shape))
            shape = layer.output(shape)
        return steps

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(layer.parameters(shape) for layer, shape in self._steps())

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(layer.macs(shape) for layer, shape in self._steps())

    def _names(self) -> list[str]:
        bases = [layer.base for layer in self.layers]
        counts = [bases[:place].count(base) for place, base in enumerate(bases)]
        return [f"{base}_{n}" if n else base for base, n in zip(bases, counts, strict=True)]

    def build(self, seed: int = 0) -> Any:
        """The Keras model with random weights of this seed. Imports TensorFlow: for worker processes."""
        import keras

        keras.utils.set_random_seed(seed)
        layers = [layer.keras(name) for layer, name in zip(self.layers, self._names(), strict=True)]
        name = self.name.replace("-", "_")
        return keras.Sequential([keras.Input(self.input_shape, name="input_layer"), *layers], name=name)
