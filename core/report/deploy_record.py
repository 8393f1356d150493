"""`deploy.json`: what a deployment gave, kept in the run's folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.paths import write_atomically

DEPLOY_RECORD = "deploy.json"
#: What boards get when a run's record does not say it, as those of earlier versions.
_DEPLOYED = "model.tflite"


def save_deploy(folder: Path, result: Mapping[str, Any]) -> None:
    """Keep the result of the task `deploy` in `folder`, with the hash of the model that was deployed.

    By that hash a report knows whether the deployment belongs to the model that lies in the folder now.
    Raises ThimbleError ``cannot-write``.
    """
    record = {
        **result,
        "model_sha256": file_sha256(Path(result["plan"]["model"] if "plan" in result else result["model"])),
    }
    write_atomically(folder / DEPLOY_RECORD, _text(record) + "\n")


def _text(value: Any, depth: int = 0) -> str:
    """As JSON, a line a field: fully indented, a hundred thousand times are as many lines, and slow."""
    if not isinstance(value, dict):
        return json.dumps(value)
    margin = " " * depth
    lines = (f"{margin} {json.dumps(name)}: {_text(entry, depth + 1)}" for name, entry in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"


def file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def deployed_file(run: Mapping[str, Any]) -> str:
    """The name of the file in the run's folder that boards get, from its record `run`."""
    return Path(str(run.get("deployed", _DEPLOYED))).name
