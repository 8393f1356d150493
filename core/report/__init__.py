"""What was done, for people and for other programs: PDF, CSV, JSON."""

from __future__ import annotations

from pathlib import Path

from core.paths import write_all_or_nothing
from core.report.collect import collect
from core.report.content import Report
from core.report.csv_file import csv_text, write_csv
from core.report.deploy_record import save_deploy
from core.report.json_value import to_json

__all__ = ["Report", "collect", "save_deploy", "to_json", "write_csv", "write_files", "write_pdf"]


def write_pdf(report: Report, path: Path) -> None:
    """Write the PDF, whole or not at all. Raises ThimbleError ``cannot-write``.

    The libraries that draw it are loaded when it is asked for.
    """
    from core.report.pdf import write_pdf as write

    write(report, path)


def write_files(report: Report, pdf: Path | None = None, csv: Path | None = None) -> None:
    """Write the report as what is asked for; when one file cannot be written, none is.

    Raises ThimbleError ``cannot-write``, or ``bad-run`` when the run's record cannot be drawn.
    """
    contents: dict[Path, str | bytes] = {}
    if csv is not None:
        contents[csv] = csv_text(report)
    if pdf is not None:
        from core.report.pdf import pdf_bytes

        contents[pdf] = pdf_bytes(report)
    write_all_or_nothing(contents)
