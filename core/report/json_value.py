"""The report as one JSON value, for `thimble report --json`."""

from __future__ import annotations

from typing import Any

from core.report.content import Report


def to_json(report: Report) -> dict[str, Any]:
    """The fields of `run.json` at the top, and beside them what was deployed, as in `demo --json`."""
    return {
        **(report.run or {}),
        "title": report.title,
        "made": report.made,
        "plan": report.plan,
        "build": report.build,
        "bench": report.bench,
        "benches": list(report.benches),
        "verified": report.verified,
        "accuracy_on_board": report.accuracy_on_board,
        "artifacts": [
            {"name": a.name, "size_bytes": a.size_bytes, "sha256": a.sha256} for a in report.artifacts
        ],
        "tools": dict(report.tools),
    }
