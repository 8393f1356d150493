"""What was done, for people and for other programs: PDF, CSV, JSON."""

from __future__ import annotations

from pathlib import Path

from core.report.collect import collect
from core.report.content import Report
from core.report.csv_file import write_csv
from core.report.deploy_record import save_deploy
from core.report.json_value import to_json

__all__ = ["Report", "collect", "save_deploy", "to_json", "write_csv", "write_pdf"]


def write_pdf(report: Report, path: Path) -> None:
    """Write the PDF, whole or not at all. Raises ThimbleError ``cannot-write``.

    The libraries that draw it are loaded when it is asked for.
    """
    from core.report.pdf import write_pdf as write

    write(report, path)
