"""Reads a run's folder: run.json, plan.json, build.json, bench.json, deploy.json, whatever is there."""

from __future__ import annotations

import json
import platform
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.report.bench_record import read_benches
from core.report.content import ArtifactFile, Report
from core.report.deploy_record import DEPLOY_RECORD, deployed_file, file_sha256
from core.versions import version_of

#: The files of a run whose hashes a report lists, in this order.
ARTIFACTS = (
    "model.keras", "model.tflite", "model.onnx", "firmware/firmware.elf", "firmware/firmware.uf2",
    "firmware/firmware.bin", "firmware.elf", "firmware.uf2", "firmware.bin",
)  # fmt: skip
#: What computes or decides a number in a report.
TOOLS = ("tensorflow", "keras", "ai-edge-litert", "numpy", "scikit-learn", "ziglang", "unicorn")
_HINT = "give a folder that `thimble compress`, `thimble deploy` or `thimble demo` has written"


def collect(folder: Path) -> Report:
    """The report of the run in `folder`.

    `deploy.json` holds ``plan``, ``build`` and ``bench`` together; a file of its own for one of them goes
    before it. Raises ThimbleError ``missing-file`` or ``bad-run``.
    """
    if not folder.is_dir():
        raise ThimbleError("missing-file", f"there is no run folder {folder}", _HINT)
    run = _read(folder / "run.json")
    deploy = _deployed(folder, deployed_file(run or {}))
    parts = {name: _read(folder / f"{name}.json") or deploy.get(name) for name in ("plan", "build", "bench")}
    benches = read_benches(folder)
    if run is None and not any(parts.values()) and not benches:
        raise ThimbleError("bad-run", f"{folder} holds no run: neither run.json nor deploy.json", _HINT)
    _require_fields(folder, run, parts)
    return Report(
        folder=folder,
        title=_title(folder, run, parts["plan"]),
        made=datetime.now().astimezone().isoformat(timespec="seconds"),
        run=run,
        verified=_verified(deploy, parts["bench"]),
        accuracy_on_board=deploy.get("accuracy_on_board"),
        boards=_boards(deploy),
        benches=benches,
        artifacts=tuple(_artifact(folder, name) for name in ARTIFACTS if (folder / name).is_file()),
        tools=_tools(run or {}),
        **parts,
    )


def _boards(deploy: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Several boards, or one that has a serial number."""
    if "boards" in deploy:
        return tuple(deploy["boards"])
    return ({**deploy, "where": deploy["port"]},) if deploy.get("serial_number") else ()


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ThimbleError("bad-run", f"{path} cannot be read: {error}", _HINT) from error
    if not isinstance(value, dict):
        raise ThimbleError("bad-run", f"{path} is not a record of a run", _HINT)
    return value


def _deployed(folder: Path, model_name: str) -> dict[str, Any]:
    """The deployment, unless the model in the folder has been replaced since."""
    record = _read(folder / DEPLOY_RECORD) or {}
    model = folder / model_name
    deployed = record.get("model_sha256")
    if deployed and model.is_file() and file_sha256(model) != deployed:
        return {}
    return record


_FIELDS = {
    "run": ("recipe", "accuracy", "parameters", "macs", "size_bytes", "layers"),
    "plan": ("board", "fits", "flash", "sram", "arena", "layers"),
    "build": ("flash_bytes", "sram_bytes", "predicted_flash_bytes", "predicted_sram_bytes", "compiler"),
    "bench": ("board", "runs", "mean_s", "times_s", "timing", "energy", "verified"),
}


def _require_fields(folder: Path, run: Any, parts: dict[str, Any]) -> None:
    for name, part in (("run", run), *parts.items()):
        if part is None:
            continue
        missing = [field for field in _FIELDS[name] if field not in part]
        if missing:
            what = f"the record {name!r} in {folder} lacks {', '.join(missing)}"
            raise ThimbleError("bad-run", what, _HINT)


def _title(folder: Path, run: Any, plan: Any) -> str:
    if run and run.get("model"):
        return Path(str(run["model"])).stem
    if plan and plan.get("model"):
        return Path(str(plan["model"])).stem
    return folder.resolve().name


def _verified(deploy: dict[str, Any], bench: Any) -> bool | None:
    if "verified" in deploy and "boards" not in deploy:
        return bool(deploy["verified"])
    return bool(bench["verified"]) if bench else None


def _artifact(folder: Path, name: str) -> ArtifactFile:
    return ArtifactFile(name, (folder / name).stat().st_size, file_sha256(folder / name))


def _tools(run: dict[str, Any]) -> dict[str, str]:
    """The versions that are installed; those of the run where its record tells them."""
    versions = {"thimble": version_of("thimble"), "python": platform.python_version()}
    versions |= {name: version_of(name) for name in TOOLS}
    of_run = run.get("tools")
    return versions | of_run if isinstance(of_run, dict) else versions
