"""Task `report`: the PDF and the CSV of a run, drawn away from the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.jobs.context import JobContext
from core.report import collect, write_csv, write_pdf


def report(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Write what is asked for: `run` is the run's folder, `pdf` and `csv` are files or None.

    Returns the paths of the files written. Raises ThimbleError ``missing-file``, ``bad-run`` or
    ``cannot-write``.
    """
    context.progress(0.05, "Reading the run")
    found = collect(Path(params["run"]))
    written: dict[str, Any] = {}
    if params.get("csv"):
        write_csv(found, Path(params["csv"]))
        written["csv"] = str(params["csv"])
    context.check_cancelled()
    if params.get("pdf"):
        context.progress(0.2, "Drawing the report")
        write_pdf(found, Path(params["pdf"]))
        written["pdf"] = str(params["pdf"])
    context.progress(1.0, "The report is written")
    return written
