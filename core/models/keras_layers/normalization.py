"""Layers that scale and shift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codegen.graph import Add, BatchNorm, Mul, Tensor
from core.models.keras_config import KerasLayer
from core.models.keras_file import FloatArray
from core.models.keras_layers.converted import Converted, Converter, alone, constant, float_tensor, refuse
from core.models.keras_layers.stored import constants_of


def batch_normalization(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """BatchNormalization as it computes after training; without scale it multiplies by ones."""
    axis, rank = layer.config.get("axis", -1), len(sources[0].shape)
    axes = axis if isinstance(axis, list | tuple) else [axis]
    if [int(n) % rank for n in axes] != [rank - 1]:
        raise refuse(layer, "works along another axis than the last", "use axis=-1")
    found = constants_of(layer.name, layer.class_name, layer.config, weights)
    channels = found["mean"].elements
    found.setdefault("gamma", constant(f"{layer.name}/gamma", np.ones(channels, np.float32)))
    found.setdefault("beta", constant(f"{layer.name}/beta", np.zeros(channels, np.float32)))
    parts = tuple(found[suffix] for suffix in ("gamma", "beta", "mean", "variance"))
    epsilon = float(layer.config.get("epsilon", 1e-3))
    read = (sources[0].name, *(part.name for part in parts))
    return alone(layer, BatchNorm(layer.name, read, (layer.name,), epsilon), sources[0].shape, *parts)


def rescaling(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    """Rescaling: x · scale + offset."""
    scale, offset = (np.asarray(layer.config[key], np.float32).reshape(-1) for key in ("scale", "offset"))
    if any(part.size not in (1, sources[0].shape[-1]) for part in (scale, offset)):
        raise refuse(layer, "scales along another axis than the last", "give one number, or one a channel")
    factor, term = constant(f"{layer.name}/scale", scale), constant(f"{layer.name}/offset", offset)
    scaled = float_tensor(f"{layer.name}/scaled", sources[0].shape)
    ops = (
        Mul(scaled.name, (sources[0].name, factor.name), (scaled.name,)),
        Add(layer.name, (scaled.name, term.name), (layer.name,)),
    )
    output = float_tensor(layer.name, sources[0].shape)
    return Converted(ops, (factor, term, scaled, output), layer.name)


CONVERTERS: dict[str, Converter] = {
    "BatchNormalization": batch_normalization,
    "Rescaling": rescaling,
}
