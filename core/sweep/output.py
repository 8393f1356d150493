"""What a sweep writes when it is done: its tables, plots and report, all or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.compress.findings import Finding
from core.errors import ThimbleError
from core.paths import write_all_or_nothing
from core.report.drawing import PlotFormat, file_bytes, png
from core.sweep.csv_files import points_csv, summary_csv
from core.sweep.folder import SWEEP, subject_of
from core.sweep.plots import find_plot
from core.sweep.report import report_bytes
from core.sweep.result import State, point_from_json
from core.sweep.results import Results
from core.sweep.spec import spec_from_json
from core.sweep.studies import published_values
from core.sweep.tables import Rendered, find_table, rendered

POINTS, SUMMARY, REPORT = "points.csv", "summary.csv", "report.pdf"


def write_results(results: Results, formats: Sequence[PlotFormat]) -> dict[str, Any]:
    """Write points.csv, summary.csv, a CSV a table, a file a plot and format, report.pdf and sweep.json.

    Returns what stands in sweep.json. Raises ThimbleError ``cannot-write``.
    """
    contents: dict[Path, str | bytes] = {
        results.out / POINTS: points_csv(results.points),
        results.out / SUMMARY: summary_csv(results.points),
    }
    tables = _tables(results)
    for kind, table in tables.items():
        contents[results.out / f"{kind}.csv"] = _csv(table.rows)
    drawn = _figures(results)
    pictures = _pictures(drawn)
    for form in formats:
        for kind, figures in drawn.items():
            for place, figure in enumerate(figures):
                content = pictures[kind][place] if form is PlotFormat.PNG else file_bytes(figure, form)
                number = f"-{place + 1}" if place else ""
                contents[results.out / f"{kind}{number}.{form.value}"] = content
    contents[results.out / REPORT] = report_bytes(results, tables, pictures)
    record = _record(results, tables, [path.name for path in contents])
    contents[results.out / SWEEP] = json.dumps(record, indent=1, ensure_ascii=False)
    write_all_or_nothing(contents)
    return record


def read_record(folder: Path) -> dict[str, Any]:
    """What stands in sweep.json. Raises ThimbleError ``bad-run`` when the sweep has not ended yet."""
    try:
        record: dict[str, Any] = json.loads((folder / SWEEP).read_text(encoding="utf-8"))
        finished = record["state"] == "done" and {"results", "points"} <= record.keys()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ThimbleError("bad-run", f"{folder / SWEEP} cannot be read ({error})", "sweep again") from error
    if not finished:
        raise ThimbleError(
            "bad-run", f"the sweep in {folder} has not ended", "start it again: it goes on where it was"
        )
    return record


def write_report(folder: Path, pdf: Path | None = None, csv_file: Path | None = None) -> None:
    """The report of a finished sweep once more, and points.csv; both or none. Raises ThimbleError as
    `read_record` does, or ``cannot-write``."""
    record = read_record(folder)
    points = tuple(point_from_json(raw) for raw in record["points"])
    spec = spec_from_json(record)
    warnings = tuple(Finding(**raw) for raw in record.get("warnings", ()))
    results = Results(spec, folder, points, published_values(spec.study), warnings)
    contents: dict[Path, str | bytes] = {}
    if csv_file is not None:
        contents[csv_file] = points_csv(points)
    if pdf is not None:
        contents[pdf] = report_bytes(results, _tables(results), _pictures(_figures(results)))
    write_all_or_nothing(contents)


def _tables(results: Results) -> dict[str, Rendered]:
    return {kind: rendered(kind, find_table(kind), results) for kind in results.spec.tables}


def _figures(results: Results) -> dict[str, Sequence[Any]]:
    found = {kind: find_plot(kind).draw(results) for kind in results.spec.plots}
    return {kind: figures for kind, figures in found.items() if figures}


def _pictures(drawn: Mapping[str, Sequence[Any]]) -> dict[str, list[bytes]]:
    return {kind: [png(figure) for figure in figures] for kind, figures in drawn.items()}


def _record(results: Results, tables: dict[str, Rendered], files: list[str]) -> dict[str, Any]:
    done = sum(point.state is State.DONE for point in results.points)
    return {
        "subject": subject_of(results.out),
        "state": "done",
        **results.spec.to_json(),
        "warnings": [asdict(warning) for warning in results.warnings],
        "runs": {"done": done, "failed": len(results.points) - done},
        "points": [point.to_json() for point in results.points],
        "results": {kind: table.to_json() for kind, table in tables.items()},
        "files": {name: str(results.out / name) for name in files},
    }


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
