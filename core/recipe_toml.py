"""Recipes as TOML: read with errors that name the line, the key and what is allowed; written back.

What may stand in a file is derived from the dataclasses of `core.recipe`: their fields are the keys,
their types and metadata the values allowed.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import tomli_w

from core.errors import ThimbleError
from core.recipe import Recipe

_Section = typing.TypeVar("_Section")


def read_recipe(path: str | Path) -> Recipe:
    """The recipe in a TOML file.

    Raises ThimbleError ``missing-file``, or ``bad-recipe`` with the line, the key and what is allowed.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ThimbleError("missing-file", f"there is no recipe {path}", "check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ThimbleError("bad-recipe", f"the recipe {path} cannot be read ({error})", "check it") from error
    return recipe_from_text(text, str(path))


def recipe_from_text(text: str, source: str = "recipe") -> Recipe:
    """The recipe in TOML text; `source` is named in errors. Raises ThimbleError ``bad-recipe``."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ThimbleError(
            "bad-recipe", f"{source} is not valid TOML: {error}", "correct that line; text stands in quotes"
        ) from error
    return _Reader(source, _lines(text)).recipe(raw)


def recipe_from_dict(raw: Mapping[str, Any], source: str = "recipe") -> Recipe:
    """The recipe in nested dicts, as `recipe_to_dict` gives it. Raises ThimbleError ``bad-recipe``."""
    return _Reader(source, {}).recipe(raw)


def recipe_to_dict(recipe: Recipe) -> dict[str, Any]:
    """Every key that has a value, as TOML and JSON can hold it; sections that are left out are absent.

    A threshold replaces the sparsity, so only one of the two stands there.
    """
    raw = cast("dict[str, Any]", _plain(recipe))
    if recipe.prune is not None and recipe.prune.threshold is not None:
        del raw["prune"]["sparsity"]
    return raw


def section_to_dict(section: Any) -> dict[str, Any]:
    """A section alone, as it stands in `recipe_to_dict`."""
    return cast("dict[str, Any]", _plain(section))


def section_from_dict(
    kind: type[_Section],
    raw: Mapping[str, Any],
    name: str,
    source: str = "recipe",
    code: str = "bad-recipe",
) -> _Section:
    """A section alone: `name` of a recipe, or without a name any options whose fields are `key`s.

    Raises ThimbleError `code`, which names the `source`.
    """
    return cast("_Section", _Reader(source, {}, code).section(kind, raw, (name,) if name else ()))


def recipe_to_text(recipe: Recipe) -> str:
    """The recipe as TOML."""
    return tomli_w.dumps(recipe_to_dict(recipe))


def write_recipe(recipe: Recipe, path: str | Path) -> None:
    """Write the recipe as TOML, beside and then renamed in. Raises ThimbleError ``cannot-write``."""
    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_text(recipe_to_text(recipe), encoding="utf-8")
        os.replace(partial, target)
    except OSError as error:
        raise ThimbleError(
            "cannot-write",
            f"the recipe cannot be written to {path} ({error.strerror})",
            "choose another folder",
        ) from error


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: _plain(v) for name, v in pairs if v is not None and not (v == {} and name == "layers")}
    if isinstance(value, Enum):
        return value.value
    return dict(value) if isinstance(value, Mapping) else value


_HEADER = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+|\s*\.\s*)+?)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")

_KeyPath = tuple[str, ...]


def _lines(text: str) -> dict[_KeyPath, int]:
    """The line on which each key and section stands. Keys of inline tables have their table's line."""
    where: dict[_KeyPath, int] = {}
    section: _KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = _parts(header[1])
            where.setdefault(section, number)
        elif key := _KEY.match(line):
            where.setdefault((*section, *_parts(key[1])), number)
    return where


def _parts(dotted: str) -> _KeyPath:
    return tuple(next(part for part in match if part) for match in _PART.findall(dotted) if any(match))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Builds recipes and knows where in the source every key stands."""

    source: str
    lines: Mapping[_KeyPath, int]
    code: str = "bad-recipe"

    def recipe(self, raw: Mapping[str, Any]) -> Recipe:
        if not str(raw.get("name", "")).strip():
            raise ThimbleError(
                "bad-recipe", f"{self.source} has no name", 'add a line at the top: name = "My recipe"'
            )
        prune = raw.get("prune")
        if isinstance(prune, Mapping) and "threshold" in prune and "sparsity" in prune:
            raise self.error(("prune", "threshold"), "stands beside sparsity", "give one of the two")
        return cast("Recipe", self.section(Recipe, raw, ()))

    def section(self, kind: type[Any], raw: Any, path: _KeyPath) -> Any:
        if not isinstance(raw, Mapping):
            raise self.error(path, f"is {_shown(raw)}", f"it is a section: [{'.'.join(path)}]")
        known = {f.name: f for f in dataclasses.fields(kind)}
        hints = typing.get_type_hints(kind)
        values = {}
        for name, value in raw.items():
            if name not in known:
                raise self.error((*path, name), "is not known", _which_keys(name, list(known)))
            values[name] = self.value(hints[name], known[name], value, (*path, name))
        return kind(**values)

    def value(self, hint: Any, field: dataclasses.Field[Any], raw: Any, path: _KeyPath) -> Any:
        hint = _without_none(hint)
        if dataclasses.is_dataclass(hint):
            return self.section(cast("type[Any]", hint), raw, path)
        if isinstance(hint, type) and issubclass(hint, Enum):
            try:
                return hint(raw)
            except ValueError:
                allowed = ", ".join(member.value for member in hint)
                raise self.error(path, f"is {_shown(raw)}", f"allowed are {allowed}") from None
        if typing.get_origin(hint) is Mapping:
            return self.fractions(field, raw, path)
        return self.scalar(hint, field, raw, path)

    def fractions(self, field: dataclasses.Field[Any], raw: Any, path: _KeyPath) -> Mapping[str, float]:
        if not isinstance(raw, Mapping):
            raise self.error(path, f"is {_shown(raw)}", f"it is a section: [{'.'.join(path)}]")
        pairs = {name: self.scalar(float, field, value, (*path, name)) for name, value in raw.items()}
        return MappingProxyType(pairs)

    def scalar(self, hint: Any, field: dataclasses.Field[Any], raw: Any, path: _KeyPath) -> Any:
        fits = isinstance(raw, int | float) if hint is float else isinstance(raw, hint)
        if not fits or (isinstance(raw, bool) and hint is not bool):
            raise self.error(path, f"is {_shown(raw)}", f"allowed is {_WORDS[hint]}{_range(field)}")
        low, high = field.metadata.get("low"), field.metadata.get("high")
        inside = (low is None or raw >= low) and (high is None or raw <= high)
        if hint in (int, float) and not inside:
            raise self.error(path, f"is {_shown(raw)}", f"allowed is {_WORDS[hint]}{_range(field)}")
        return float(raw) if hint is float else raw

    def error(self, path: _KeyPath, problem: str, hint: str) -> ThimbleError:
        """The error for a key, with its line or that of the nearest section above it."""
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), None)
        where = f"{self.source}, line {line}" if line else self.source
        return ThimbleError(self.code, f"{where}: the key {'.'.join(path)!r} {problem}", hint)


_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text in quotes"}


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(arg for arg in typing.get_args(hint) if arg is not type(None))
    return hint


def _which_keys(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    guess = f"did you mean {close[0]}? " if close else ""
    return f"{guess}allowed are {', '.join(known)}"


def _range(field: dataclasses.Field[Any]) -> str:
    low, high = field.metadata.get("low"), field.metadata.get("high")
    if low is not None and high is not None:
        return f" from {_plain_number(low)} to {_plain_number(high)}"
    return f" from {_plain_number(low)}" if low is not None else ""


def _plain_number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def _shown(raw: Any) -> str:
    if isinstance(raw, bool):
        return str(raw).lower()
    return repr(raw) if isinstance(raw, str) else str(raw)
