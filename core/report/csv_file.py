"""The report as one tidy CSV file: a value a line, in UTF-8 with a header.

Columns: ``section, item, name, value, unit, source`` (see `core.report.rows.Row`). Sections: report,
compress, layer, epoch, plan, buffer, deployed layer, build, bench, inference (one line for the latency
of each), window, profiled layer, verification, artifact, tool.
"""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, fields
from pathlib import Path

from core.paths import write_atomically
from core.report.content import Report
from core.report.rows import Row, rows


def write_csv(report: Report, path: Path) -> None:
    """Write the CSV file, whole or not at all. Raises ThimbleError ``cannot-write``."""
    write_atomically(path, csv_text(report))


def csv_text(report: Report) -> str:
    """What `write_csv` writes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Row)])
    writer.writerows(astuple(row) for row in rows(report))
    return text.getvalue()
