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
from core.sweep.plots import find_plot
from core.sweep.result import Point, State
from core.sweep.results import Results
from core.sweep.tables import Rendered


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
        steps = [paragraph(f"{n}. {words}") for n, words in enumerate(sentences(series.recipe), start=1)]
        yield together(paragraph(f"Recipe: {series.title}", HEADING), *steps)
    failed = [point for point in results.points if point.state is State.FAILED]
    if failed:
        yield paragraph("Runs that could not be done", HEADING)
        yield grid(_failures(failed), (2, 3), left=(0, 1))


def _table(table: Rendered) -> Iterator[Any]:
    widths = [1.6 if place in table.text else 1.2 for place in range(len(table.rows[0]))]
    yield paragraph(table.title, HEADING)
    if table.note:
        yield paragraph(table.note, NOTE)
    yield grid(table.rows, widths, left=table.text)


def _failures(failed: Sequence[Point]) -> list[list[str]]:
    rows = [["run", "reason"]]
    for point in failed:
        reason = point.reason.what if point.reason else ""
        rows.append([point.where.folder, reason])
    return rows
