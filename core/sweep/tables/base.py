"""What a table of a sweep is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from core.sweep.results import Results
from core.sweep.words import NONE

OURS, PUBLISHED = "ours", "published"
_FROM = "from"
#: The column that names the series, in every table that has one.
SERIES_COLUMN = "network"


class SweepTable(ABC):
    """Gives our rows by column; published rows with the same columns follow them, and say that they are.

    `columns` are the keys, which the files of published values use, with their headings. `text` are the
    columns that hold words.
    """

    title: ClassVar[str]
    columns: ClassVar[Mapping[str, str]]
    text: ClassVar[frozenset[str]]
    note: ClassVar[str] = ""

    @abstractmethod
    def rows(self, results: Results) -> Iterable[Mapping[str, str]]:
        """Our rows, by column; a column that does not apply may be left out."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A table as it is shown: the heading first; `text` are the places of the columns that hold words."""

    title: str
    note: str
    rows: tuple[tuple[str, ...], ...]
    text: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "rows": [list(row) for row in self.rows], "text": list(self.text)}


def rendered(kind: str, table: SweepTable, results: Results) -> Rendered:
    """Our rows, then the published ones, told apart in a first column.

    Columns without a value are left out, and so is the name of the only series.
    """
    published = results.published.get(kind)
    rows = [(OURS, row) for row in table.rows(results)]
    rows += [(PUBLISHED, row) for row in (published.rows if published else ())]
    shown = [column for column in table.columns if any(row.get(column, NONE) != NONE for _, row in rows)]
    if published is None and len(results.spec.series) == 1:
        shown = [column for column in shown if column != SERIES_COLUMN]
    heading = tuple(table.columns[column] for column in shown)
    body = [tuple(str(row.get(column, NONE)) for column in shown) for _, row in rows]
    text = [place for place, column in enumerate(shown) if column in table.text]
    note = table.note
    if published is not None:
        heading, text = (_FROM, *heading), [0, *(1 + place for place in text)]
        body = [(whose, *line) for (whose, _), line in zip(rows, body, strict=True)]
        note = f"Rows marked “{PUBLISHED}” are those of {published.source}. {note}"
    return Rendered(table.title, note.strip(), (heading, *body), tuple(text))
