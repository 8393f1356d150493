"""`--meter ID[:TARGET][,KEY=VALUE…]`: which meter, and its options."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from typing import Any

from core.errors import ThimbleError
from core.meters.base import MeterKind, PowerMeter
from core.meters.registry import METERS, find_kind
from core.recipe_toml import section_from_dict


@dataclass(frozen=True, slots=True)
class MeterChoice:
    """A kind of meter and its options, a value of `kind.options`."""

    kind: MeterKind
    options: Any

    @property
    def measures(self) -> bool:
        """Whether there is a meter to be opened; the estimate has none."""
        return self.kind.connect is not None

    def connect(self, pi: dict[str, Any] | None = None) -> PowerMeter:
        """The meter, not opened yet. `pi`: how the Raspberry Pi is reached that is measured."""
        if pi is not None and self.kind.on_pi is not None:
            return self.kind.on_pi(self.options, pi)
        if self.kind.connect is None:
            raise RuntimeError(f"{self.kind.id} measures nothing")
        return self.kind.connect(self.options)


def parse_meter(text: str) -> MeterChoice:
    """The meter that `text` names, such as ``ppk2``, ``ppk2:COM4,voltage=3.3`` or ``replay:power.csv``.

    What follows the kind is taken for options from the end as long as it reads ``key=value`` with a key of
    that kind, so addresses and paths may hold colons and commas.
    Raises ThimbleError ``unknown-meter`` or ``bad-meter``.
    """
    name, _, rest = text.partition(":")
    kind = find_kind(name.strip())
    hints = typing.get_type_hints(kind.options)
    raw: dict[str, Any] = {}
    parts = rest.split(",") if rest else []
    while parts and (pair := _pair(parts[-1], hints)):
        raw[pair[0]] = _typed(hints[pair[0]], pair[1])
        parts.pop()
    target = ",".join(parts).strip()
    if target:
        if not kind.target:
            raise _not_an_option(kind, target)
        raw[kind.target] = target
    options = section_from_dict(kind.options, raw, "", source=f"the meter {kind.id}", code="bad-meter")
    if kind.needs_target and not getattr(options, kind.target):
        raise ThimbleError("bad-meter", f"the meter {kind.id} needs more", f"write {usage(kind)}")
    return MeterChoice(kind, options)


def usage(kind: MeterKind) -> str:
    """How the meter is written on the command line, with every option."""
    words = [
        f"{f.name}={_shown(f.default)}" for f in dataclasses.fields(kind.options) if f.name != kind.target
    ]
    target = kind.target.upper() if kind.target else ""
    target = target if not target or kind.needs_target else f"[{target}]"
    options = f"[,{','.join(words)}]" if words else ""
    return f"{kind.id}{':' if target or words else ''}{target}{options}"


def all_usages() -> str:
    """What --meter takes, for the help."""
    return "; ".join(f"{usage(kind)} ({kind.about})" for kind in METERS.values())


def _shown(default: Any) -> str:
    return str(getattr(default, "value", default))


def _pair(part: str, known: dict[str, Any]) -> tuple[str, str] | None:
    key, equals, value = part.partition("=")
    return (key.strip(), value.strip()) if equals and key.strip() in known else None


def _typed(hint: Any, text: str) -> Any:
    """The number in `text` where a number is wanted; else the text, and the reader says what is allowed."""
    if hint not in (int, float):
        return text
    try:
        return hint(text)
    except ValueError:
        return text


def _not_an_option(kind: MeterKind, target: str) -> ThimbleError:
    return ThimbleError("bad-meter", f"the meter {kind.id} does not know {target!r}", f"write {usage(kind)}")
