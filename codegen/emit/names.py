"""C identifiers from layer names."""

from __future__ import annotations

import re

#: C99 keywords, and what the generated file uses itself.
_RESERVED = frozenset(
    """auto break case char const continue default do double else enum extern float for goto if inline int
    long register restrict return short signed sizeof static struct switch typedef union unsigned void
    volatile while arena at""".split()  # noqa: SIM905 - a list of 36 quoted words reads worse
)


def c_names(names: tuple[str, ...]) -> dict[str, str]:
    """An identifier for each name, unique, and recognisable to whoever named the layers."""
    result: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "layer"
        if base[0].isdigit() or base in _RESERVED or base.startswith(("model_", "thimble_", "at_")):
            base = f"layer_{base}"
        unique, count = base, 1
        while unique in taken:
            count += 1
            unique = f"{base}_{count}"
        taken.add(unique)
        result[name] = unique
    return result
