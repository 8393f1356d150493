"""What the runner says, as values."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.pi.throttling import Throttling, throttling_of


@dataclass(frozen=True, slots=True)
class System:
    """Before the run. `throttling` is None where the Pi cannot tell."""

    governor: str | None
    model: str | None
    python: str
    throttling: Throttling | None


@dataclass(frozen=True, slots=True)
class Partition:
    """Who computes what: `parts` of the network that a delegate took, with `delegated` of `operators`.

    `refused` are the operators that it left, by name, with how many there are.
    """

    parts: int
    delegated: int
    operators: int
    refused: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The engine is ready: what that took, and the versions of its packages."""

    load_s: float
    packages: dict[str, str]
    partition: Partition | None


@dataclass(frozen=True, slots=True, eq=False)
class PiInference:
    """`total_s` is from the file on the disk to the class, `inference_s` the engine's; `output` is flat."""

    index: int
    total_s: float
    inference_s: float
    predicted: int
    output: npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class PiWindow:
    """Inferences on one sample in memory, and the seconds that they took together."""

    index: int
    inferences: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Beat:
    """Once a second, with what the Pi tells of itself; None where it does not, or nobody wants to know."""

    at_s: float
    temperature_c: float | None = None
    frequency_hz: float | None = None
    load: float | None = None
    throttling: Throttling | None = None

    def to_json(self) -> dict[str, Any]:
        """For plots and CSV files."""
        names = self.throttling.names if self.throttling is not None else None
        return {
            "at_s": self.at_s,
            "temperature_c": self.temperature_c,
            "frequency_hz": self.frequency_hz,
            "load": self.load,
            "throttling": names,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """A line that the engine printed."""

    text: str


@dataclass(frozen=True, slots=True)
class RunDone:
    """All inferences ran."""


@dataclass(frozen=True, slots=True)
class RunFailed:
    code: str
    what: str


@dataclass(frozen=True, slots=True)
class RunClosed:
    """The last word: the engine's process has ended."""

    throttling: Throttling | None


PiEvent = System | Loaded | PiInference | PiWindow | Beat | Said | RunDone | RunFailed | RunClosed


def read_event(line: str) -> PiEvent:
    """The event in a line of the runner. Raises ValueError for anything else."""
    try:
        fields = json.loads(line)
        return _READERS[fields.pop("event")](fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event: {line[:80]!r}") from error


def _system(fields: dict[str, Any]) -> PiEvent:
    return System(fields["governor"], fields["model"], fields["python"], throttling_of(fields["throttled"]))


def _loaded(fields: dict[str, Any]) -> PiEvent:
    partition = fields["partition"]
    return Loaded(fields["load_s"], fields["packages"], Partition(**partition) if partition else None)


def _inference(fields: dict[str, Any]) -> PiEvent:
    output = np.frombuffer(base64.b64decode(fields["output"]), np.dtype(fields["dtype"]))
    return PiInference(fields["index"], fields["total_s"], fields["inference_s"], fields["predicted"], output)


def _beat(fields: dict[str, Any]) -> PiEvent:
    throttling = throttling_of(fields.pop("throttled", None))
    return Beat(**fields, throttling=throttling)


_READERS: dict[str, Callable[[dict[str, Any]], PiEvent]] = {
    "system": _system,
    "loaded": _loaded,
    "inference": _inference,
    "window": lambda fields: PiWindow(**fields),
    "beat": _beat,
    "log": lambda fields: Said(**fields),
    "done": lambda fields: RunDone(),
    "failed": lambda fields: RunFailed(**fields),
    "closed": lambda fields: RunClosed(throttling_of(fields["throttled"])),
}
