"""Tables for terminals, whose words and numbers stay in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from core.report.columns import shared_out

#: Longer words, such as names of tensors, may be broken.
_LONGEST_WORD = 24
#: Spaces around a cell and between two columns; and at both ends of a line.
_AROUND, _EDGES = 3, 1


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rows under a heading; the columns in `text` hold words, the others numbers.

    Where a terminal is too narrow, the last columns are left out, and named below. In a file, lines are as
    long as it takes.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: Sequence[int]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        least = [self._least(place) for place in range(len(self.columns))]
        room, shown = options.max_width, len(least)
        while console.is_terminal and shown > 1 and _across(least[:shown]) > room:
            shown -= 1
        yield self._drawn(least[:shown], room)
        if shown < len(least):
            left_out = ", ".join(self.columns[shown:])
            yield Text(f"  There is no room for: {left_out}. A wider window, or --json, shows them.")

    def _least(self, place: int) -> int:
        """The letters across that keep a column's words, or its numbers, in one piece."""
        head, cells = self.columns[place], [row[place] for row in self.rows]
        if place not in self.text:
            return max([_longest_word([head]), *map(len, cells)])
        return max(_longest_word([head]), min(_longest_word(cells), _LONGEST_WORD))

    def _drawn(self, least: Sequence[int], room: int) -> Table:
        whole = [
            max(letters, *(len(row[place]) for row in self.rows)) if self.rows else letters
            for place, letters in enumerate(least)
        ]
        letters = [int(width) for width in shared_out(least, whole, room - _across([0] * len(least)))]
        made = Table(
            title=Text(self.title),
            box=box.SIMPLE_HEAD,
            title_justify="left",
            title_style="bold",
            width=_across(letters),
        )
        for place, width in enumerate(letters):
            justify: Literal["left", "right"] = "left" if place in self.text else "right"
            made.add_column(Text(self.columns[place]), justify=justify, overflow="fold", width=width)
        for row in self.rows:
            made.add_row(*(Text(cell) for cell in row[: len(letters)]))
        return made


class Sheet(Console):
    """A file or a pipe: its lines are as long as its tables need."""

    def print(self, *objects: Any, **options: Any) -> None:
        """As a console's, but nothing is cut off."""
        super().print(*objects, **{"crop": False, **options})


def _longest_word(cells: Sequence[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def _across(letters: Sequence[int]) -> int:
    """Of a line with columns of so many letters."""
    return sum(letters) + len(letters) * _AROUND + _EDGES
