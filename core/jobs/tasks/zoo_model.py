"""Task: a built-in architecture as a `.keras` file, so that what reads files can read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.jobs.context import JobContext
from core.models.loading import ZOO_SEED
from core.models.zoo import find_architecture


def save(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: `name` of the architecture, `path` of the file to write. Returns the path."""
    context.progress(0.1, f"Building {params['name']}")
    path = Path(params["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    model = find_architecture(params["name"]).build(ZOO_SEED)
    beside = path.with_name(f"part-{path.name}")
    model.save(beside)
    beside.replace(path)
    context.progress(1.0, "Built")
    return {"path": str(path)}
