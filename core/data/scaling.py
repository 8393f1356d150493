"""From the numbers in a file to the numbers that a model gets: one subtraction and one division a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.samples import FloatArray, Samples, Watch, chunks
from core.errors import ThimbleError
from core.recipe import Scaling


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The numbers that raw samples can hold, by their kind: pixels 0 to 255."""

    low: float
    high: float

    @property
    def span(self) -> float:
        return self.high - self.low

    @property
    def words(self) -> str:
        return f"{self.low:g}…{self.high:g}".replace("-", "−")

    def holds(self, low: float, high: float) -> bool:
        return self.low <= low and high <= self.high


PIXELS = ValueRange(0.0, 255.0)
UNIT = ValueRange(0.0, 1.0)
SYMMETRIC = ValueRange(-1.0, 1.0)

#: Relative to the mean, deviations below this are those of single precision.
_ROUNDING = 1e-7

_TARGETS = {Scaling.UNIT: UNIT, Scaling.SYMMETRIC: SYMMETRIC, Scaling.PIXELS: PIXELS}


@dataclass(frozen=True, slots=True)
class Normalization:
    """input = (raw − shift) / divisor, in single precision; one number each, or one for each channel.

    For `STANDARDIZE` they are the mean and the standard deviation of the training samples. `raw` is the range
    that the raw numbers can have, None where that is not known.
    """

    scaling: Scaling
    shift: tuple[float, ...] = (0.0,)
    divisor: tuple[float, ...] = (1.0,)
    raw: ValueRange | None = None

    def __call__(self, raw: npt.NDArray[Any]) -> FloatArray:
        scaled = raw.astype(np.float32, order="C")
        if any(self.shift):
            scaled -= np.asarray(self.shift, np.float32)
        if any(number != 1.0 for number in self.divisor):
            scaled /= np.asarray(self.divisor, np.float32)
        return scaled

    def for_range(self, raw: ValueRange | None) -> Normalization:
        """What gives the same inputs when the raw numbers have another range: 0…1 in place of 0…255.

        Where only one of the ranges is known, the numbers are taken for what the model gets already.
        """
        if raw == self.raw:
            return self
        if raw is None or self.raw is None:
            return Normalization(Scaling.AS_IS, raw=raw)
        factor = raw.span / self.raw.span
        shift = tuple((number - self.raw.low) * factor + raw.low for number in self.shift)
        return Normalization(self.scaling, shift, tuple(number * factor for number in self.divisor), raw)

    @property
    def blank(self) -> tuple[float, ...]:
        """What black is among the inputs, by channel; 0 where the range of the raw numbers is not known."""
        if self.raw is None:
            return (0.0,)
        return tuple((self.raw.low - s) / d for s, d in zip(self.shift, self.divisor, strict=True))

    def shown(self, inputs: FloatArray) -> FloatArray:
        """Inputs as pictures for people, 0…1; between the least and the greatest where no range is known."""
        raw = inputs * np.asarray(self.divisor, np.float32) + np.asarray(self.shift, np.float32)
        known = self.raw or ValueRange(float(raw.min()), float(raw.max()))
        return np.asarray(np.clip((raw - known.low) / (known.span or 1.0), 0.0, 1.0), np.float32)

    @property
    def words(self) -> str:
        """The range of the inputs that come out, for people."""
        if self.scaling is Scaling.STANDARDIZE:
            return "mean 0 and standard deviation 1 in each channel"
        target = _TARGETS.get(self.scaling, self.raw)
        if target is None:
            return "as in the file"
        return target.words + (" (8-bit pixels scaled)" if self.raw == PIXELS != target else "")

    def check_fits(self, name: str, channels: int) -> None:
        """Raises ThimbleError ``data-does-not-fit`` for samples of another number of channels."""
        if len(self.shift) not in (1, channels):
            raise ThimbleError(
                "data-does-not-fit",
                f"the model's inputs were standardized for {len(self.shift)} channels, {name} has {channels}",
                "choose the data that the model was made for, or another scaling",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Normalized:
    """Samples that are scaled as they are read."""

    samples: Samples
    normalization: Normalization

    @property
    def shape(self) -> tuple[int, ...]:
        return self.samples.shape

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, places: Any, /) -> FloatArray:
        return self.normalization(self.samples[places])


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of all samples: the least and the greatest number; mean and standard deviation by last axis."""

    low: float
    high: float
    mean: tuple[float, ...]
    deviation: tuple[float, ...]


def measure(name: str, part: str, samples: Samples, watch: Watch, deviation: bool = True) -> Statistics:
    """Read all samples once, check that they are numbers, and measure them (`deviation`: that as well).

    Sums are taken chunk by chunk as by T. Chan et al., "Algorithms for computing the sample variance", 1983,
    so that samples in memory and others give the same. Raises ThimbleError ``bad-data``.
    """
    low, high, count = np.inf, -np.inf, 0
    mean = np.zeros(samples.shape[-1])
    squares = np.zeros(samples.shape[-1])
    for place, chunk in chunks(samples, watch):
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is told below
            chunk = chunk.astype(np.float32, copy=False)
            rows = chunk.reshape(-1, chunk.shape[-1])
            here = rows.mean(axis=0, dtype=np.float64)
        if not np.all(np.isfinite(here)):
            raise _not_numbers(name, part, place.start, chunk)
        low, high = min(low, float(rows.min())), max(high, float(rows.max()))
        step, total = here - mean, count + len(rows)
        mean += step * (len(rows) / total)
        if deviation:
            squares += rows.var(axis=0, dtype=np.float64) * len(rows) + step**2 * (count * len(rows) / total)
        count = total
    return Statistics(low, high, tuple(mean.tolist()), tuple(np.sqrt(squares / count).tolist()))


def _not_numbers(name: str, part: str, start: int, chunk: npt.NDArray[Any]) -> ThimbleError:
    bad = ~np.isfinite(chunk).reshape(len(chunk), -1).all(axis=1)
    first = f" (the first is sample {start + int(bad.argmax())})" if bad.any() else ""
    return ThimbleError(
        "bad-data",
        f"the {part} samples of {name} contain values that are not numbers{first}",
        "remove those samples, or mend them: NaN and infinity cannot be learned from",
    )


def find_normalization(
    name: str, wanted: Scaling, values: ValueRange | None, measured: Statistics
) -> Normalization:
    """How samples in `values` (None: in a range that their kind does not tell) come to the range wanted.

    An unknown range is guessed from the least and the greatest number: 0…1, −1…1 or 0…255. Raises
    ThimbleError ``unknown-range`` when it is none of them and the scaling depends on it.
    """
    if wanted is Scaling.STANDARDIZE:
        divisor = tuple(map(_divisor, measured.mean, measured.deviation))
        return Normalization(wanted, measured.mean, divisor, values)
    target = _TARGETS.get(wanted)
    if target is None:
        return Normalization(Scaling.AS_IS, raw=values)
    given = values or guessed_range(measured)
    if given is None:
        raise ThimbleError(
            "unknown-range",
            f"the samples of {name} range from {measured.low:g} to {measured.high:g}, so it is not known what"
            f" {wanted.value} means for them",
            "take the scaling as-is or standardize",
        )
    factor = given.span / target.span
    return Normalization(wanted, (given.low - target.low * factor,), (factor,), given)


def _divisor(mean: float, deviation: float) -> float:
    """The standard deviation, or 1 where the channel is constant but for rounding: it becomes 0."""
    return deviation if deviation > _ROUNDING * abs(mean) else 1.0


def guessed_range(measured: Statistics) -> ValueRange | None:
    """The usual range that holds all numbers, or None."""
    usual = (UNIT, SYMMETRIC, PIXELS)
    return next((values for values in usual if values.holds(measured.low, measured.high)), None)
