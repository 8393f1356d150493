"""What a sweep writes when it is done: its tables, plots and report, all or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.paths import write_all_or_nothing
from core.report.drawing import PlotFormat, file_bytes, png
from core.sweep.csv_files import points_csv, summary_csv
from core.sweep.folder import SWEEP, subject_of
from core.sweep.plots import find_plot
from core.sweep.report import report_bytes
from core.sweep.result import State
from core.sweep.results import Results
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
    tables = {kind: rendered(kind, find_table(kind), results) for kind in results.spec.tables}
    for kind, table in tables.items():
        contents[results.out / f"{kind}.csv"] = _csv(table.rows)
    pictures: dict[str, bytes] = {}
    for kind in results.spec.plots:
        figure = find_plot(kind).draw(results)
        if figure is not None:
            pictures[kind] = png(figure)
            for form in formats:
                content = pictures[kind] if form is PlotFormat.PNG else file_bytes(figure, form)
                contents[results.out / f"{kind}.{form.value}"] = content
    contents[results.out / REPORT] = report_bytes(results, tables, pictures)
    record = _record(results, tables, [path.name for path in contents])
    contents[results.out / SWEEP] = json.dumps(record, indent=1, ensure_ascii=False)
    write_all_or_nothing(contents)
    return record


def _record(results: Results, tables: dict[str, Rendered], files: list[str]) -> dict[str, Any]:
    done = sum(point.state is State.DONE for point in results.points)
    return {
        "subject": subject_of(results.out),
        "state": "done",
        **results.spec.to_json(),
        "runs": {"done": done, "failed": len(results.points) - done},
        "points": [point.to_json() for point in results.points],
        "results": {kind: table.to_json() for kind, table in tables.items()},
        "files": {name: str(results.out / name) for name in files},
    }


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
