"""A model that computes as its int8 file will: built from a Keras 3 model, and turned back into one.

Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference. For worker processes: Keras is imported inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.compress.qat.places import Place, places
from core.compress.qat.ranges import make_range
from core.compress.qat.simulated import Style, simulate_layer
from core.data.dataset import FloatArray
from core.models.keras_graph import network_of_model

_BATCH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """`model` computes with fake quantization; its layers have the names of those of `original`."""

    original: Any
    model: Any
    layers: dict[str, Any]
    input_range: Any
    places: Mapping[str, Place]

    def ranges(self) -> Iterator[Any]:
        yield self.input_range
        for layer in self.layers.values():
            yield from layer.ranges()

    def measure(self, images: FloatArray, after_batch: Callable[[int, int], None]) -> None:
        """Set every range to what these images (NHWC) reach in the float model.

        `after_batch` is told the images done and their number, and may raise.
        """
        for each in self.ranges():
            each.measures = True
        for start in range(0, len(images), _BATCH):
            batch = images[start : start + _BATCH]
            self.model(batch, training=False)
            after_batch(start + len(batch), len(images))
        for each in self.ranges():
            each.finish_measuring()

    def trained(self) -> Any:
        """The float model with the weights of now: the same layers as `original`, nothing of int8 in it."""
        plain = type(self.original).from_config(self.original.get_config())
        for name, layer in self.layers.items():
            plain.get_layer(name).set_weights(layer.inner.get_weights())
        return plain

    def for_file(self, rename: Callable[[str], str]) -> Any:
        """The same with a batch of 1 and layers renamed; the converter reads the ranges off it."""
        fixed = simulate(self.original, Style(rounds_weights=False, ranges_follow=False), 1, rename)
        for name, layer in self.layers.items():
            fixed.layers[name].set_weights(layer.get_weights())
        fixed.input_range.set_weights(self.input_range.get_weights())
        return fixed.model


def simulate(
    model: Any, style: Style, batch: int | None = None, rename: Callable[[str], str] = str
) -> Simulation:
    """Build the simulation of a Keras 3 model with its weights; the ranges are not measured yet.

    Raises ThimbleError ``cannot-train-quantized`` for a layer that has no form with fake quantization.
    """
    import keras

    network = network_of_model(model)
    found = places(network)
    image = model.inputs[0]
    source = keras.Input(batch_shape=(batch, *image.shape[1:]), name=image.name)
    input_range = make_range("input_range", style.ranges_follow)
    values = dict.fromkeys(network.inputs, input_range(source))
    layers = {}
    for described in network.layers:
        if described.name not in found:  # the input
            continue
        layer = model.get_layer(described.name)
        simulated = simulate_layer(layer, rename(layer.name), found[layer.name], style)
        read = [values[name] for name in described.inputs]
        values[layer.name] = simulated(read if len(read) > 1 else read[0])
        simulated.inner.set_weights(layer.get_weights())
        layers[layer.name] = simulated
    whole = keras.Model(source, values[network.outputs[0]], name=model.name)
    return Simulation(model, whole, layers, input_range, found)
