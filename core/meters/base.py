"""What every power meter gives, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

#: One sample of a meter. `power_w` is NaN where the sample was lost; current and voltage are NaN where the
#: meter does not tell them. `inputs` are its digital inputs, the first in bit 0.
SAMPLE = np.dtype([("power_w", "<f4"), ("current_a", "<f4"), ("voltage_v", "<f4"), ("inputs", "<u4")])

Samples = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class MeterInfo:
    """An open meter. `name` is shown beside every figure that it gives.

    Samples are `period_s` apart. `marker_input` is the number of the digital input that the board's marker is
    wired to, None when the meter has none. A meter that is not `live` plays something recorded earlier: its
    samples have no place on this computer's clock. `note` says what is taken for granted (a voltage that is
    not measured), empty when nothing is.
    """

    name: str
    period_s: float
    marker_input: int | None = None
    live: bool = True
    note: str = ""


class PowerMeter(Protocol):
    """A meter; what it needs is given to its constructor. Lives in a process that does nothing else.

    Every method raises ThimbleError, with the next step for the user.
    """

    def open(self) -> MeterInfo:
        """Reach the meter and set it up; the board is powered from here on."""

    def start(self) -> None:
        """Begin to sample."""

    def read(self) -> Samples:
        """The samples since the last call, as SAMPLE; waits for some, a tenth of a second at most beside what
        the meter takes for one answer."""

    def finish(self) -> Samples:
        """Stop sampling; what is still there."""

    def close(self) -> None:
        """Release the meter. May be called at any time, and more than once."""


@dataclass(frozen=True, slots=True)
class FoundMeter:
    """A meter that is there: `target` is what follows its kind and a colon on the command line."""

    kind: str
    title: str
    target: str
    where: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MeterKind:
    """A member of the family: how meters of one kind are named, opened and found.

    `options` is a frozen dataclass of `core.recipe.key` fields; `target` is the field that takes what follows
    the colon in ``ID:TARGET``, empty when there is none. `connect` makes the meter of such options, and is
    None for the estimate, which measures nothing. `find` may take a second. `on_pi` makes the same meter
    where it is a sensor of the Raspberry Pi that is measured, of the options and how that is reached. What
    a meter that `feeds` measures may have no power until the meter is opened.
    """

    id: str
    title: str
    about: str
    options: type[Any]
    target: str
    connect: Callable[[Any], PowerMeter] | None
    find: Callable[[], Sequence[FoundMeter]]
    needs_target: bool = False
    feeds: bool = False
    on_pi: Callable[[Any, dict[str, Any]], PowerMeter] | None = None


def nothing_to_find() -> Sequence[FoundMeter]:
    """For kinds whose meters cannot be looked for."""
    return ()


class Opened:
    """A meter that is closed at the end of the block: ``with Opened(meter) as info:``."""

    def __init__(self, meter: PowerMeter) -> None:
        self._meter = meter

    def __enter__(self) -> MeterInfo:
        try:
            return self._meter.open()
        except BaseException:
            self._meter.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._meter.close()


def samples_of(
    power_w: npt.ArrayLike,
    current_a: npt.ArrayLike = np.nan,
    voltage_v: npt.ArrayLike = np.nan,
    inputs: npt.ArrayLike = 0,
) -> Samples:
    """SAMPLE records; `power_w` is ``[samples]``, the others are that or one value for all."""
    power = np.asarray(power_w, np.float32)
    samples = np.empty(power.shape, SAMPLE)
    samples["power_w"] = power
    samples["current_a"] = current_a
    samples["voltage_v"] = voltage_v
    samples["inputs"] = inputs
    return samples


def lost_samples(count: int) -> Samples:
    """`count` samples that were lost."""
    return samples_of(np.full(count, np.nan, np.float32))


#: Nothing yet.
NO_SAMPLES = lost_samples(0)
