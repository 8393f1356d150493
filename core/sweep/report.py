"""The report of a sweep as one PDF: its tables and plots, and what could not be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.platypus import Spacer

from core.report.pages import (
    HEADING,
    NOTE,
    SUBTITLE,
    TITLE,
    document_bytes,
    grid,
    paragraph,
    picture,
    together,
)
from core.report.recipe_words import sentences
from core.sweep.grid import Series, variants_of
from core.sweep.plots import find_plot
from core.sweep.result import Point, State
from core.sweep.results import Results
from core.sweep.spec import grid_to_dict
from core.sweep.tables import Rendered

#: Of a column, in letters.
_LEAST_WIDTH = 5


def report_bytes(results: Results, tables: Mapping[str, Rendered], pictures: Mapping[str, bytes]) -> bytes:
    """The PDF. `tables` and `pictures` (PNG) go by their ids and stand in their order."""
    return document_bytes(f"Thimble: {results.spec.title}", _story(results, tables, pictures))


def _story(results: Results, tables: Mapping[str, Rendered], pictures: Mapping[str, bytes]) -> Iterator[Any]:
    spec = results.spec
    yield paragraph(spec.title, TITLE)
    yield Spacer(1, 4)
    done = sum(point.state is State.DONE for point in results.points)
    yield paragraph(f"{spec.model} on {spec.data} · {done} of {len(results.points)} runs done", SUBTITLE)
    if spec.note:
        yield paragraph(spec.note, NOTE)
    for table in tables.values():
        yield from _table(table)
    for kind, image in pictures.items():
        plot = find_plot(kind)
        yield together(paragraph(plot.title, HEADING), paragraph(plot.note, NOTE), picture(image))
    for series in spec.series:
        yield _recipe(series)
    failed = [point for point in results.points if point.state is State.FAILED]
    if failed:
        yield paragraph("Runs that could not be done", HEADING)
        yield grid(_failures(failed), (2, 3), left=(0, 1))


def _recipe(series: Series) -> Any:
    """What was done in the last variant, and what the others have instead."""
    *_, last = variants_of(series)
    steps = [paragraph(f"{n}. {words}") for n, words in enumerate(sentences(last.recipe), start=1)]
    varied = [
        f"{axis} {', '.join(str(value) for value in values)}"
        for axis, values in grid_to_dict(series.grid).items()
        if isinstance(values, list) and len(values) > 1
    ]
    if series.grid.seeds > 1:
        varied.append(f"{series.grid.seeds} seeds")
    note = [paragraph(f"Varied: {'; '.join(varied)}.", NOTE)] if varied else []
    return together(paragraph(f"Recipe: {series.title}", HEADING), *steps, *note)


def _table(table: Rendered) -> Iterator[Any]:
    columns = list(zip(*table.rows, strict=True))
    widths = [max(_LEAST_WIDTH, *(_longest_word(cell) for cell in column)) for column in columns]
    yield paragraph(table.title, HEADING)
    if table.note:
        yield paragraph(table.note, NOTE)
    yield grid(table.rows, widths, left=table.text)


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _failures(failed: Sequence[Point]) -> list[list[str]]:
    rows = [["run", "reason"]]
    for point in failed:
        reason = point.reason.what if point.reason else ""
        rows.append([point.where.folder, reason])
    return rows
