"""The page about the built-in architectures: ``python -m core.models.zoo.docs docs/zoo.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from core.models.zoo.architecture import Architecture
from core.models.zoo.layers import BatchNorm
from core.models.zoo.registry import all_architectures

_TEXT = """\
# The built-in architectures

Written by `python -m core.models.zoo.docs docs/zoo.md` from the zoo; a test holds it to them.

`zoo:NAME` stands for one of these wherever a model is asked for, with random weights from a fixed seed.
Parameters are weights and biases, with the four numbers a channel of the batch norms; multiply-accumulates
(MACs) are those of one inference.

| name | input | parameters | without batch norms | MACs |
|---|---|---|---|---|
{rows}

{entries}
"""


def zoo_markdown() -> str:
    """The whole page."""
    zoo = all_architectures().values()
    return _TEXT.format(rows="\n".join(map(_row, zoo)), entries="\n\n".join(map(_entry, zoo)))


def _row(a: Architecture) -> str:
    size = "×".join(map(str, a.input_shape))
    weights = a.parameters - a.count(BatchNorm)
    return f"| `{a.name}` | {size} | {a.parameters:,} | {weights:,} | {a.macs:,} |"


def _entry(a: Architecture) -> str:
    left_open = f" In detail: {a.choices}." if a.choices else ""
    return f"**`{a.name}`**: {a.about}. Source: {a.source}.{left_open}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(zoo_markdown(), encoding="utf-8")
