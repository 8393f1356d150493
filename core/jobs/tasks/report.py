"""Task `report`: the PDF and the CSV of a run, drawn away from the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.jobs.context import JobContext
from core.report import collect, write_files


def report(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Write what is asked for: `run` is the run's folder, `pdf` and `csv` are files or None.

    Returns the paths of the files written, all or none. Raises ThimbleError ``missing-file``, ``bad-run``
    or ``cannot-write``.
    """
    context.progress(0.05, "Reading the run")
    found = collect(Path(params["run"]))
    written = {kind: str(params[kind]) for kind in ("csv", "pdf") if params.get(kind)}
    context.check_cancelled()
    context.progress(0.2, "Drawing the report")
    write_files(found, **{kind: Path(path) for kind, path in written.items()})
    context.progress(1.0, "The report is written")
    return written
