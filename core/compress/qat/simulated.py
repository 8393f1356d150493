"""One layer of a model that trains with fake quantization.

For worker processes: Keras is imported inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.compress.qat.places import Place
from core.compress.qat.ranges import make_range
from core.compress.qat.rules import RULES, Grid, Parts

#: The largest integer of a weight; the smallest is its negative.
_LARGEST = 127.0


@dataclass(frozen=True, slots=True)
class Style:
    """`rounds_weights` is left to the converter when a file is made; ranges that follow move in training."""

    rounds_weights: bool
    ranges_follow: bool


def simulate_layer(layer: Any, name: str, place: Place, style: Style) -> Any:
    """A Keras layer that computes what `layer` will in int8, with new weights of the same order.

    Its `inner` is a copy of the layer; its weights are the inner ones and then those of the ranges, so that a
    layer called `name` has each weight in the place that it had.
    """
    return _simulated_class()(layer, place, style, name=name)


def on_grid(weight: Any, axes: tuple[int, ...]) -> Any:
    """`weight` rounded to 127 steps of its largest magnitude over `axes`; to gradients it is `weight`."""
    import tensorflow as tf

    largest = tf.reduce_max(tf.abs(weight), axes, keepdims=True)
    step = tf.where(largest > 0.0, largest / _LARGEST, tf.ones_like(largest))
    return weight + tf.stop_gradient(tf.round(weight / step) * step - weight)


def _copied(layer: Any, name: str, without_activation: bool) -> Any:
    config = {**layer.get_config(), "name": name}
    if without_activation:
        config["activation"] = "linear"
    return layer.__class__.from_config(config)


def _one(simulated: Any, inputs: Any, training: bool) -> Any:
    import keras

    if not (simulated.grids and simulated.rounds):
        return simulated.inner(inputs)
    rounded = [(simulated.inner.weights[grid.place], simulated.weight(grid)) for grid in simulated.grids]
    with keras.StatelessScope(state_mapping=rounded):  # the layer reads these in place of its own
        return simulated.inner(inputs)


def _separable(simulated: Any, image: Any, training: bool) -> Any:
    import keras
    import tensorflow as tf

    inner = simulated.inner
    each_channel, each_pixel = (simulated.weight(grid) for grid in simulated.grids)
    with tf.name_scope("separable_conv2d"):  # as Keras' own is called: names of the file's tensors
        each = keras.ops.depthwise_conv(
            image, each_channel, inner.strides, inner.padding, dilation_rate=inner.dilation_rate
        )
    values = keras.ops.conv(simulated.between(each), each_pixel)
    return inner.activation(values + inner.bias if inner.use_bias else values)


def _affine(simulated: Any, values: Any, training: bool) -> Any:
    inner = simulated.inner
    scale, offset = _SCALES[type(inner).__name__](inner)
    product = simulated.between(values * scale)
    return inner(values) if training else product + offset  # in training with the batch's own statistics


def _norm_scale(inner: Any) -> tuple[Any, Any]:
    import tensorflow as tf

    scale = tf.math.rsqrt(inner.moving_variance.value + inner.epsilon)
    if inner.scale:
        scale *= inner.gamma.value
    offset = -inner.moving_mean.value * scale
    return scale, offset + inner.beta.value if inner.center else offset


def _rescaling_scale(inner: Any) -> tuple[Any, Any]:
    return inner.scale, inner.offset


_SCALES: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "BatchNormalization": _norm_scale,
    "Rescaling": _rescaling_scale,
}
_PARTS: dict[Parts, Callable[[Any, Any, bool], Any]] = {
    Parts.ONE: _one,
    Parts.SEPARABLE: _separable,
    Parts.AFFINE: _affine,
}


@cache
def _simulated_class() -> Any:
    import keras

    class Simulated(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, layer: Any, place: Place, style: Style, **options: Any) -> None:
            super().__init__(**options)
            self.inner = _copied(layer, self.name, place.before_activation)
            self.rounds, self.grids = style.rounds_weights, RULES[type(layer).__name__].grids
            self.compute = _PARTS[place.parts]
            #: That of the last layer says whether a model gives probabilities.
            self.activation: Any = getattr(layer, "activation", None)
            if isinstance(layer, keras.layers.Softmax):
                self.activation = keras.activations.softmax

            def range_if(wanted: bool, name: str) -> Any:
                return make_range(f"{self.name}_{name}", style.ranges_follow) if wanted else None

            self.between = range_if(place.parts is not Parts.ONE, "between")
            self.before = range_if(place.before_activation, "before")
            self.result = range_if(place.of_result, "result")

        def build(self, shape: Any) -> None:
            if not self.inner.built:
                self.inner.build(shape)
            self.built = True

        def weight(self, grid: Grid) -> Any:
            value = self.inner.weights[grid.place].value
            return on_grid(value, grid.axes) if self.rounds else value

        def call(self, inputs: Any, training: bool = False) -> Any:
            values = self.compute(self, inputs, training)
            if self.before is not None:
                values = self.activation(self.before(values))
            return values if self.result is None else self.result(values)

        def compute_output_shape(self, shape: Any) -> Any:
            return self.inner.compute_output_shape(shape)

        def ranges(self) -> list[Any]:
            return [part for part in (self.between, self.before, self.result) if part is not None]

    return Simulated
