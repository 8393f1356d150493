"""The sections of a recipe and their keys as values, for faces that make controls from them."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from core.recipe import Recipe


class Section(Enum):
    """A section of a recipe that can be edited; the value is the name of its field in `Recipe`."""

    TRAIN = "train"
    PRUNE = "prune"
    FINETUNE = "finetune"
    AUGMENT = "augment"
    DISTILL = "distill"
    CLUSTER = "cluster"
    QUANTIZE = "quantize"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section: its kind (int, float, bool, str or an Enum), its limits, and one line about it.

    `optional` keys may be None; `low` and `high` are the closed range of numbers, None where it is open.
    """

    name: str
    kind: type[Any]
    default: Any
    about: str
    low: float | None = None
    high: float | None = None
    optional: bool = False


def default_of(section: Section) -> Any:
    """The section with every key at its default."""
    return _kind(section)()


@cache
def keys_of(section: Section) -> dict[str, Key]:
    """The keys of a section by name, in their order; tables (the exceptions by layer) are left out."""
    kind = _kind(section)
    hints = typing.get_type_hints(kind)
    found = {}
    for field in dataclasses.fields(kind):
        hint, optional = _without_none(hints[field.name])
        if isinstance(hint, type):
            about, low, high = (field.metadata.get(name) for name in ("about", "low", "high"))
            found[field.name] = Key(field.name, hint, field.default, about or "", low, high, optional)
    return found


@cache
def _kind(section: Section) -> type[Any]:
    kind, _ = _without_none(typing.get_type_hints(Recipe)[section.value])
    return typing.cast("type[Any]", kind)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(arg for arg in typing.get_args(hint) if arg is not type(None)), True
    return hint, False
