"""Quantization-aware training by tfmot, and the TFLite file of it. For the engine's own worker.

Its forms: QAT, and those that keep zeros (PQAT), clusters (CQAT) or both (PCQAT).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import numpy as np

from core.compress.tfmot.rebuild import own_name
from core.data.dataset import FloatArray
from core.errors import ThimbleError
from core.models.tflite_export import converted, renamed
from core.recipe import PruneKind, Recipe

#: What tfmot calls the ends of a range, behind the name of what has it.
_LOW, _HIGH = "_min", "_max"
#: Ranges of what a layer gives, and of what it computes before an activation that is an operator of its own.
_OF_OUTPUT = ("output", "post_activation")
_BEFORE_ACTIVATION = "pre_activation"
_OF_INPUT = "quantize_layer"
_BATCH = 16

Ranges = dict[str | None, tuple[float, float]]


class Preserves(Enum):
    """What quantization-aware training keeps."""

    NOTHING = "QAT"
    ZEROS = "PQAT"
    CLUSTERS = "CQAT"
    BOTH = "PCQAT"

    @classmethod
    def of(cls, recipe: Recipe) -> Preserves:
        """What the recipe has made, and wants to keep."""
        if not recipe.quantize.preserve:
            return cls.NOTHING
        zeros = recipe.prune is not None and recipe.prune.kind is PruneKind.ELEMENT
        if recipe.cluster is None:
            return cls.ZEROS if zeros else cls.NOTHING
        return cls.BOTH if zeros else cls.CLUSTERS


def quantized(twin: Any, preserves: Preserves = Preserves.NOTHING) -> Any:
    """`twin` (tf_keras) with tfmot's fake quantization. Raises ThimbleError ``cannot-train-quantized`` with
    the layer that tfmot does not know."""
    import tensorflow_model_optimization as tfmot

    keras = tfmot.quantization.keras
    for layer in twin.layers:
        _check_layer(layer)
    try:
        annotated = keras.quantize_annotate_model(twin)
        return keras.quantize_apply(annotated, _scheme(preserves), quantized_layer_name_prefix="")
    except (RuntimeError, ValueError) as error:
        raise _refused(str(error).splitlines()[0]) from error


def _check_layer(layer: Any) -> None:
    """Raise ThimbleError ``cannot-train-quantized`` for what tfmot refuses without its name, or splits."""
    from tensorflow_model_optimization.python.core.quantization.keras import quantize_aware_activation

    known = quantize_aware_activation.QuantizeAwareActivation
    kind = type(layer).__name__
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if kind == "SeparableConv2D":
        raise _refused(f"layer {layer.name!r} (SeparableConv2D) becomes two layers there")
    if activation not in known._PRE_QUANT_ACTIVATIONS | known._POST_QUANT_ACTIVATIONS:
        raise _refused(f"it does not know the activation {activation} of layer {layer.name!r} ({kind})")


def set_ranges(model: Any, reached: Ranges) -> None:
    """Let the ranges of a quantized model begin at what was `reached`.

    tfmot's own begin at −6…6, and move by a thousandth a batch.
    """
    for layer in model.layers:
        inner = getattr(layer, "layer", None)
        for name, weight in _ranges(layer):
            what, end = name[: -len(_LOW)], name[-len(_LOW) :]
            source = None
            if inner is None and what == _OF_INPUT:
                source = ""
            elif inner is not None and what in _OF_OUTPUT:
                source = inner.name
            elif inner is not None and what == _BEFORE_ACTIVATION:
                source = inner.name + _BEFORE_ACTIVATION
            if source in reached:
                weight.assign(reached[source][end == _HIGH])


def reached(twin: Any, images: FloatArray, after_batch: Callable[[int, int], None]) -> Ranges:
    """Smallest and largest value that a tf_keras model reaches on `images` (NHWC), 0 included.

    By the names of the layers; that of the input is empty, and ``pre_activation`` behind a name stands for
    the values before its activation. `after_batch` gets the images done and all, and may raise.
    """
    import tf_keras

    outputs: dict[str | None, Any] = {"": twin.inputs[0]}
    for layer in twin.layers:
        outputs[layer.name] = layer.output
        if getattr(layer, "activation", None) not in (None, tf_keras.activations.linear):
            outputs[layer.name + _BEFORE_ACTIVATION] = _without_activation(layer)
    probe = tf_keras.Model(twin.inputs, list(outputs.values()))
    found: Ranges = dict.fromkeys(outputs, (0.0, 0.0))
    for start in range(0, len(images), _BATCH):
        batch = images[start : start + _BATCH]
        for name, values in zip(outputs, probe(batch, training=False), strict=True):
            low, high = found[name]
            found[name] = (min(low, float(np.min(values))), max(high, float(np.max(values))))
        after_batch(start + len(batch), len(images))
    return {name: pair for name, pair in found.items() if pair[0] < pair[1]}


def _without_activation(layer: Any) -> Any:
    """What the layer gives before its activation: a copy of it on the same input."""
    copied = layer.__class__.from_config(
        {**layer.get_config(), "activation": "linear", "name": layer.name + _BEFORE_ACTIVATION}
    )
    output = copied(layer.input)
    copied.set_weights(layer.get_weights())
    return output


def finish(model: Any) -> None:
    """Let the weights be those that the network computes with, and their ranges fit them: tfmot applies masks
    and clusters as it goes on, and lags a batch behind."""
    for layer in _wrapped(model):
        for weight, quantizer, variables in layer._weight_vars:
            if "sparsity_mask" in variables:
                weight.assign(weight * variables["sparsity_mask"])
            quantizer(weight, True, weights=variables)


def to_int8(model: Any, fixed: Any, names: list[str]) -> bytes:
    """The TFLite file of a trained `model`.

    `fixed` is a quantized twin with a batch of 1, trained weights and stand-in names, which are replaced by
    `names`; it gets the ranges here. Raises ThimbleError ``conversion-failed``.
    """
    import tensorflow as tf

    def integers(converter: Any) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8

    for layer, target in zip(model.layers, fixed.layers, strict=True):
        trained = dict(_ranges(layer))
        for name, weight in _ranges(target):
            weight.assign(trained[name])
    finish(fixed)
    return renamed(converted(fixed, integers), names)


def _ranges(layer: Any) -> Iterator[tuple[str, Any]]:
    """The ends of the ranges of a layer by name; that of the input is numbered in each process."""
    for weight in layer.weights:
        name = own_name(weight)
        if name.startswith(_OF_INPUT):
            name = name.replace(layer.name, _OF_INPUT)
        if name.endswith((_LOW, _HIGH)):
            yield name, weight


def _wrapped(model: Any) -> list[Any]:
    return [layer for layer in model.layers if hasattr(layer, "_weight_vars")]


def _scheme(preserves: Preserves) -> Any:
    import tensorflow_model_optimization as tfmot

    default, combined = tfmot.quantization.keras.default_8bit, tfmot.experimental.combine
    schemes: dict[Preserves, Callable[[], Any]] = {
        Preserves.NOTHING: default.Default8BitQuantizeScheme,
        Preserves.ZEROS: combined.Default8BitPrunePreserveQuantizeScheme,
        Preserves.CLUSTERS: lambda: combined.Default8BitClusterPreserveQuantizeScheme(False),
        Preserves.BOTH: lambda: combined.Default8BitClusterPreserveQuantizeScheme(True),
    }
    return schemes[preserves]()


def _refused(why: str) -> ThimbleError:
    return ThimbleError(
        "cannot-train-quantized",
        f"tfmot cannot train this network with fake quantization: {why}",
        'use engine = "own" in [quantize], or mode = "ptq"',
    )
