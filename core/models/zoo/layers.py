"""The layers that the built-in architectures are made of: their counts need no TensorFlow.

Images are height, width and channels; names and options are Keras'.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Any, ClassVar, Protocol

#: Height, width and channels, or the length of a vector.
Shape = tuple[int, ...]


class Pad(StrEnum):
    """How a window meets the border, as Keras writes it."""

    VALID = "valid"
    SAME = "same"


class LayerSpec(Protocol):
    """One layer: its output's shape, its counts, and the Keras layer that it stands for.

    The shapes are those of its inputs, without the batch. MACs are multiply-accumulates of convolutions and
    dense layers; what a batch norm does is folded into them before it runs.
    """

    #: The layer's name, to which a number is added from the second one on.
    base: ClassVar[str]

    def output(self, *shapes: Shape) -> Shape: ...

    def parameters(self, *shapes: Shape) -> int: ...

    def macs(self, *shapes: Shape) -> int: ...

    def keras(self, name: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A layer without parameters or multiplications that keeps the shape, unless it says otherwise."""

    def output(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def parameters(self, *shapes: Shape) -> int:
        return 0

    def macs(self, *shapes: Shape) -> int:
        return 0


def _slide(size: int, window: int, stride: int, padding: Pad) -> int:
    return -(-size // stride) if padding is Pad.SAME else (size - window) // stride + 1


def _both(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


@dataclass(frozen=True, slots=True)
class Conv:
    """A convolution; `kernel` and `stride` are for both directions unless they are pairs."""

    base: ClassVar[str] = "conv2d"
    filters: int
    kernel: int | tuple[int, int] = 3
    stride: int | tuple[int, int] = 1
    padding: Pad = Pad.VALID
    activation: str = "relu"
    use_bias: bool = True

    def output(self, *shapes: Shape) -> Shape:
        sides = zip(shapes[0], _both(self.kernel), _both(self.stride), strict=False)
        height, width = (_slide(n, k, s, self.padding) for n, k, s in sides)
        return height, width, self.filters

    def parameters(self, *shapes: Shape) -> int:
        return (prod(_both(self.kernel)) * shapes[0][2] + self.use_bias) * self.filters

    def macs(self, *shapes: Shape) -> int:
        return prod(self.output(*shapes)) * prod(_both(self.kernel)) * shapes[0][2]

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.Conv2D(
            self.filters,
            self.kernel,
            self.stride,
            self.padding.value,
            activation=self.activation,
            use_bias=self.use_bias,
            name=name,
        )


@dataclass(frozen=True, slots=True)
class DepthwiseConv:
    """A convolution of each channel on its own, followed by a batch norm: without bias or activation."""

    base: ClassVar[str] = "depthwise_conv2d"
    kernel: int = 3
    stride: int = 1
    padding: Pad = Pad.SAME

    def output(self, *shapes: Shape) -> Shape:
        height, width, channels = shapes[0]
        rows, columns = (_slide(n, self.kernel, self.stride, self.padding) for n in (height, width))
        return rows, columns, channels

    def parameters(self, *shapes: Shape) -> int:
        return self.kernel * self.kernel * shapes[0][2]

    def macs(self, *shapes: Shape) -> int:
        return prod(self.output(*shapes)) * self.kernel * self.kernel

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.DepthwiseConv2D(
            self.kernel, self.stride, self.padding.value, use_bias=False, name=name
        )


@dataclass(frozen=True, slots=True)
class BatchNorm(Uncounted):
    """Scale, offset, mean and variance of each channel: four parameters, of which two are trained."""

    base: ClassVar[str] = "batch_normalization"
    momentum: float = 0.99
    epsilon: float = 0.001

    def parameters(self, *shapes: Shape) -> int:
        return 4 * shapes[0][-1]

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.BatchNormalization(momentum=self.momentum, epsilon=self.epsilon, name=name)


@dataclass(frozen=True, slots=True)
class Relu(Uncounted):
    """The larger of 0 and the value, up to `most` where there is a limit."""

    base: ClassVar[str] = "re_lu"
    most: float | None = None

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.ReLU(max_value=self.most, name=name)


@dataclass(frozen=True, slots=True)
class MaxPool(Uncounted):
    """The maximum of each window; windows touch unless a `stride` says otherwise."""

    base: ClassVar[str] = "max_pooling2d"
    size: int = 2
    stride: int | None = None
    padding: Pad = Pad.VALID

    def output(self, *shapes: Shape) -> Shape:
        height, width, channels = shapes[0]
        stride = self.stride or self.size
        rows, columns = (_slide(n, self.size, stride, self.padding) for n in (height, width))
        return rows, columns, channels

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.MaxPooling2D(self.size, self.stride, self.padding.value, name=name)


@dataclass(frozen=True, slots=True)
class AveragePool(Uncounted):
    """The mean of each window; windows touch."""

    base: ClassVar[str] = "average_pooling2d"
    size: int | tuple[int, int] = 2

    def output(self, *shapes: Shape) -> Shape:
        height, width, channels = shapes[0]
        rows, columns = _both(self.size)
        return height // rows, width // columns, channels

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.AveragePooling2D(self.size, name=name)


@dataclass(frozen=True, slots=True)
class GlobalAveragePool(Uncounted):
    """The mean of each channel over the image."""

    base: ClassVar[str] = "global_average_pooling2d"

    def output(self, *shapes: Shape) -> Shape:
        return (shapes[0][2],)

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.GlobalAveragePooling2D(name=name)


@dataclass(frozen=True, slots=True)
class ZeroPad(Uncounted):
    """Zeros around the image."""

    base: ClassVar[str] = "zero_padding2d"
    top: int
    bottom: int
    left: int
    right: int

    def output(self, *shapes: Shape) -> Shape:
        height, width, channels = shapes[0]
        return height + self.top + self.bottom, width + self.left + self.right, channels

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.ZeroPadding2D(((self.top, self.bottom), (self.left, self.right)), name=name)


@dataclass(frozen=True, slots=True)
class Sum(Uncounted):
    """The sum of its inputs, as after a residual connection."""

    base: ClassVar[str] = "add"

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.Add(name=name)


@dataclass(frozen=True, slots=True)
class Drop(Uncounted):
    """Dropout: this part of the values is zero while training."""

    base: ClassVar[str] = "dropout"
    rate: float

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.Dropout(self.rate, name=name)


@dataclass(frozen=True, slots=True)
class Flat(Uncounted):
    """All channels of all pixels as one vector."""

    base: ClassVar[str] = "flatten"

    def output(self, *shapes: Shape) -> Shape:
        return (prod(shapes[0]),)

    def keras(self, name: str) -> Any:
        import keras

        return keras.layers.Flatten(name=name)


@dataclass(frozen=True, slots=True)
class Full:
    """A dense layer: with ReLU, or with softmax for the `last` one, unless it names an activation."""

    base: ClassVar[str] = "dense"
    units: int
    last: bool = False
    activation: str | None = None

    def output(self, *shapes: Shape) -> Shape:
        return (self.units,)

    def parameters(self, *shapes: Shape) -> int:
        return (shapes[0][0] + 1) * self.units

    def macs(self, *shapes: Shape) -> int:
        return shapes[0][0] * self.units

    def keras(self, name: str) -> Any:
        import keras

        activation = self.activation or ("softmax" if self.last else "relu")
        return keras.layers.Dense(self.units, activation=activation, name=name)
