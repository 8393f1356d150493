"""The task ``pi-find``: Raspberry Pis that show themselves in the network."""

from __future__ import annotations

from typing import Any

from core.jobs.context import JobContext
from core.pi.discovery import find_pis


def find(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """No params. Result: pis, each with where (as ``--host`` takes it), user (may be None), title, how."""
    context.progress(0.1, "Looking for Raspberry Pis")
    found = find_pis()
    return {
        "pis": [{"where": pi.where, "user": pi.user, "title": pi.title, "how": pi.how.value} for pi in found]
    }
