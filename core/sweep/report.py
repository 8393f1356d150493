"""The report of a sweep as one PDF: its tables and plots, and what could not be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.platypus import Spacer

from core.report.grid import grid
from core.report.pages import document_bytes, paragraph, picture, together
from core.report.recipe_words import sentences
from core.report.styles import HEADING, NOTE, SUBTITLE, TITLE
from core.report.units import counted
from core.sweep.grid import Series, variants_of
from core.sweep.plots import find_plot
from core.sweep.result import Point, State
from core.sweep.results import Results
from core.sweep.spec import grid_to_dict
from core.sweep.tables import Rendered


def report_bytes(
    results: Results, tables: Mapping[str, Rendered], pictures: Mapping[str, Sequence[bytes]]
) -> bytes:
    """The PDF. `tables` and `pictures` (PNG, all of a plot) go by their ids and stand in their order."""
    return document_bytes(f"Thimble: {results.spec.title}", _story(results, tables, pictures))


def _story(
    results: Results, tables: Mapping[str, Rendered], pictures: Mapping[str, Sequence[bytes]]
) -> Iterator[Any]:
    spec = results.spec
    yield paragraph(spec.title, TITLE)
    yield Spacer(1, 4)
    done = sum(point.state is State.DONE for point in results.points)
    runs = counted(len(results.points), "run")
    yield paragraph(f"{spec.model} on {spec.data} · {done} of {runs} done", SUBTITLE)
    if spec.note:
        yield paragraph(spec.note, NOTE)
    for warning in results.warnings:
        yield paragraph(f"Warning: {warning.text}")
    for table in tables.values():
        yield from _table(table)
    for kind, images in pictures.items():
        plot = find_plot(kind)
        yield together(paragraph(plot.title, HEADING), paragraph(plot.note, NOTE), picture(images[0]))
        yield from (picture(image) for image in images[1:])
    for series in spec.series:
        yield _recipe(series)
    failed = [point for point in results.points if point.state is State.FAILED]
    if failed:
        yield paragraph("Runs that could not be done", HEADING)
        yield grid(_failures(failed), left=(0, 1))


def _recipe(series: Series) -> Any:
    """What was done in the last variant, and what the others have instead."""
    *_, last = variants_of(series)
    recipe = last.recipe_for(last.quantizations[-1])
    steps = [paragraph(f"{n}. {words}") for n, words in enumerate(sentences(recipe), start=1)]
    varied = [
        f"{axis} {', '.join(str(value) for value in values)}"
        for axis, values in grid_to_dict(series.grid).items()
        if isinstance(values, list) and len(values) > 1
    ]
    if series.grid.seeds > 1:
        varied.append(counted(series.grid.seeds, "seed"))
    note = [paragraph(f"Varied: {'; '.join(varied)}.", NOTE)] if varied else []
    return together(paragraph(f"Recipe: {series.title}", HEADING), *steps, *note)


def _table(table: Rendered) -> Iterator[Any]:
    yield paragraph(table.title, HEADING)
    if table.note:
        yield paragraph(table.note, NOTE)
    yield grid(table.rows, left=table.text)


def _failures(failed: Sequence[Point]) -> list[list[str]]:
    rows = [["run", "reason"]]
    for point in failed:
        reason = point.reason.what if point.reason else ""
        rows.append([point.where.folder, reason])
    return rows
