"""Signal-to-quantization-noise ratios of the layers of a quantized file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.data.samples import FloatArray

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class LayerNoise:
    """Ratios in decibels, of a layer's output and of its weights. None where there is no noise at all, or
    nothing to compare: 6 dB are about one bit."""

    name: str
    op: str
    sqnr_db: float | None
    weights_sqnr_db: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """A layer whose output is compared."""

    name: str
    op: str


class Probe(Protocol):
    """An opened file that shows what is inside. The float file and the quantized one that was made of it have
    the same layers in the same order, or at least the same names for tensors."""

    #: The layers, by the name of the tensor that they write, in the order in which they run.
    layers: dict[str, Traced]
    #: Kernels as real numbers, by the name of the tensor that their layer writes.
    kernels: dict[str, Array]

    def outputs(self, sample: FloatArray) -> dict[str, Array]:
        """The real values of each tensor in `layers` for a sample without a batch."""
        ...


def decibels(signal: float, noise: float) -> float | None:
    """10 · log10(signal / noise), of sums of squares; None without noise or without a signal."""
    return 10.0 * math.log10(signal / noise) if signal > 0.0 and noise > 0.0 else None


@dataclass(slots=True)
class _Sums:
    signal: float = 0.0
    noise: float = 0.0

    def add(self, real: Array, quantized: Array) -> None:
        """Values of the same shape, Σr² and Σ(r − q)² in double precision."""
        r = np.asarray(real, np.float64).ravel()
        self.signal += float(r @ r)
        difference = r - np.asarray(quantized, np.float64).ravel()
        self.noise += float(difference @ difference)

    @property
    def decibels(self) -> float | None:
        return decibels(self.signal, self.noise)


@dataclass(slots=True)
class _Comparison:
    outputs: _Sums = field(default_factory=_Sums)
    weights: _Sums = field(default_factory=_Sums)


def layer_noise(
    real: Probe, quantized: Probe, samples: Iterable[FloatArray], after_sample: Callable[[], None]
) -> list[LayerNoise]:
    """The layers that both files have, in order; `after_sample` may raise CancelledByUser.

    The noise of a layer's output includes what came from the layers before it.
    """
    pairs = _pairs(real, quantized)
    found = {name: _Comparison() for name in pairs.values()}
    for sample in samples:
        wanted, given = real.outputs(sample), quantized.outputs(sample)
        for own, name in pairs.items():
            if wanted[own].size == given[name].size:
                found[name].outputs.add(wanted[own], given[name])
        after_sample()
    for own, name in pairs.items():
        if own in real.kernels and name in quantized.kernels:
            found[name].weights.add(real.kernels[own], quantized.kernels[name])
    return [
        LayerNoise(
            quantized.layers[name].name,
            quantized.layers[name].op,
            comparison.outputs.decibels,
            comparison.weights.decibels,
        )
        for name, comparison in found.items()
    ]


def _pairs(real: Probe, quantized: Probe) -> dict[str, str]:
    """Tensors of the float file, and those that they became."""
    if [layer.op for layer in real.layers.values()] == [layer.op for layer in quantized.layers.values()]:
        return dict(zip(real.layers, quantized.layers, strict=True))
    return {name: name for name in quantized.layers if name in real.layers}
