"""What a job says while it runs: one JSON object a line."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Progress:
    """`fraction` of the whole job in 0…1; `remaining_s` is an estimate, None while unknown."""

    fraction: float
    text: str
    remaining_s: float | None = None
    cancellable: bool = True


@dataclass(frozen=True, slots=True)
class Log:
    text: str


@dataclass(frozen=True, slots=True)
class Partial:
    """A piece of the result while it grows: one training epoch, one inference, …

    `kind` names it; `data` is JSON. Bulk data goes as files whose paths stand in `data`.
    """

    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """`expected` failures have words for people; the others carry a traceback in `details`."""

    code: str
    what: str
    hint: str = ""
    details: str = ""
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Cancelled:
    where: str = field(default="")


Event = Progress | Log | Partial | Done | Failed | Cancelled
End = Done | Failed | Cancelled
_KINDS: dict[str, type[Event]] = {c.__name__: c for c in (Progress, Log, Partial, Done, Failed, Cancelled)}


def encode(event: Event) -> str:
    """The event as one line of JSON, without the line's end."""
    return json.dumps({"event": type(event).__name__, **dataclasses.asdict(event)})


def decode(line: str) -> Event:
    """The event in a line. Raises ValueError for anything else."""
    try:
        fields = json.loads(line)
        return _KINDS[fields.pop("event")](**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event: {line[:80]!r}") from error
