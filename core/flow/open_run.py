"""A finished run on the disk, opened again to be deployed or exported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.report.deploy_record import DEPLOY_RECORD, deployed_file, file_sha256

RUN_FILE = "run.json"
_HINT = "choose a folder that `thimble compress` has written"


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

    @property
    def board(self) -> str:
        """The id of the board of the last deployment; without one, of the board that is tried first."""
        plan = (self.deployed or {}).get("plan") or {}
        return str(plan.get("board") or "virtual-pico")


def open_run(folder: Path, data: str = "digits") -> OpenRun:
    """Read the folder of a run, or of a deployment alone. `data` counts when nothing says what was used.

    Raises ThimbleError ``missing-file`` or ``bad-run``.
    """
    if not (folder / RUN_FILE).is_file():
        return _open_deployment(folder, data)
    run = _read(folder / RUN_FILE)
    model = folder / deployed_file(run)
    if not model.is_file():
        raise ThimbleError("missing-file", f"the model of the run {folder} is not there any more", _HINT)
    missing = [key for key in ("accuracy", "parameters", "size_bytes", "layers") if key not in run]
    if missing:
        raise ThimbleError("bad-run", f"{folder / RUN_FILE} lacks {', '.join(missing)}", _HINT)
    return OpenRun(folder, model, str(run.get("data", data)), run, _deployed(folder, model))


def _open_deployment(folder: Path, data: str) -> OpenRun:
    if not (folder / DEPLOY_RECORD).is_file():
        raise ThimbleError("missing-file", f"{folder} is not the folder of a run", _HINT)
    record = _read(folder / DEPLOY_RECORD)
    try:
        model = Path(record["plan"]["model"])
    except (KeyError, TypeError) as error:
        raise ThimbleError("bad-run", f"{folder / DEPLOY_RECORD} names no model", _HINT) from error
    if not model.is_file():
        raise ThimbleError("missing-file", f"the model {model} is not there any more", _HINT)
    return OpenRun(folder, model, data, None, _deployed(folder, model))


def _deployed(folder: Path, model: Path) -> dict[str, Any] | None:
    """The record of the last deployment, if it was of the model as it is now."""
    if not (folder / DEPLOY_RECORD).is_file():
        return None
    record = _read(folder / DEPLOY_RECORD)
    return record if record.get("model_sha256") == file_sha256(model) else None


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ThimbleError("bad-run", f"{path} cannot be read: {error}", "run the job again") from error
    if not isinstance(value, dict):
        raise ThimbleError("bad-run", f"{path} is not the record of a run", "run the job again")
    return value
