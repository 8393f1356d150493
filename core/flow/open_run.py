"""A finished run on the disk, opened again to be deployed or exported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ThimbleError

RUN_FILE = "run.json"
DEPLOY_FILE = "deploy.json"
MODEL_FILE = "model.tflite"


@dataclass(frozen=True, slots=True)
class OpenRun:
    """`model` is what a board gets, `data` what it is tried with; `folder` takes what is made of it.

    `run` holds the fields of ``compress --json``, None when only a converted model was opened.
    """

    folder: Path
    model: Path
    data: str
    run: dict[str, Any] | None = None
    deployed: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """A name for people: of the original model, or of the file."""
        original = (self.run or {}).get("model")
        return Path(str(original)).stem if original else self.model.stem


def open_run(folder: Path, data: str = "digits") -> OpenRun:
    """Read a run folder. `data` counts when the run does not say what it was made with.

    Raises ThimbleError ``missing-file`` or ``bad-run``.
    """
    hint = "choose a folder that holds run.json and model.tflite"
    if not (folder / RUN_FILE).is_file():
        raise ThimbleError("missing-file", f"{folder} is not the folder of a run", hint)
    run = _read(folder / RUN_FILE)
    if not (folder / MODEL_FILE).is_file():
        raise ThimbleError("missing-file", f"the model of the run {folder} is not there any more", hint)
    missing = [key for key in ("accuracy", "parameters", "size_bytes", "layers") if key not in run]
    if missing:
        raise ThimbleError("bad-run", f"{folder / RUN_FILE} lacks {', '.join(missing)}", hint)
    deployed = _read(folder / DEPLOY_FILE) if (folder / DEPLOY_FILE).is_file() else None
    return OpenRun(folder, folder / MODEL_FILE, str(run.get("data") or data), run, deployed)


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ThimbleError("bad-run", f"{path} cannot be read: {error}", "run the job again") from error
    if not isinstance(value, dict):
        raise ThimbleError("bad-run", f"{path} is not the record of a run", "run the job again")
    return value
