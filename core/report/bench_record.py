"""`benches.json`: measurements of several models, engines and boards, side by side in one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.paths import output_dir, write_atomically

BENCHES = "benches.json"
_FIELDS = (
    "board",
    "engine",
    "runs",
    "first_s",
    "mean_s",
    "std_s",
    "stderr_s",
    "times_s",
    "timing",
    "verified",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was measured and how, where the fields of `bench --json` do not tell it; None where it does not
    apply. `sha256` is that of the model's file."""

    model: str
    sha256: str
    meter: str | None = None
    compiler: str | None = None
    encoding: str | None = None
    planner: str | None = None
    armnn_backend: str | None = None


def record_bench(folder: Path, asked: Asked, bench: dict[str, Any]) -> None:
    """Keep the fields of `bench --json` in `folder`; one of the same model measured in the same way before is
    replaced. Raises ThimbleError ``cannot-write`` or ``bad-run``."""
    told = asdict(asked)
    record = {"model": told.pop("model"), "asked": told, "bench": bench}
    others = [other for other in read_benches(output_dir(folder)) if _key(other) != _key(record)]
    write_atomically(folder / BENCHES, json.dumps([*others, record], indent=1))


def read_benches(folder: Path) -> tuple[dict[str, Any], ...]:
    """In the order in which they were measured: `model` and `bench`. Raises ThimbleError ``bad-run``."""
    path = folder / BENCHES
    if not path.is_file():
        return ()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        for record in stored:
            if not isinstance(record["model"], str) or any(name not in record["bench"] for name in _FIELDS):
                raise ValueError("a measurement is not complete")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ThimbleError(
            "bad-run", f"{path} cannot be read: {error}", "remove it, and measure again"
        ) from error
    return tuple(stored)


def ways(record: Mapping[str, Any]) -> dict[str, Any]:
    """How it was measured, by name: what sets measurements apart whose model, place and engine are the
    same. None where it does not apply, or was not kept when it was measured."""
    bench, asked = record["bench"], record.get("asked") or {}
    return {
        "SHA-256": asked.get("sha256"),
        "compiler": asked.get("compiler"),
        "encoding": asked.get("encoding"),
        "planner": asked.get("planner"),
        "Arm NN backend": asked.get("armnn_backend"),
        "threads": (bench.get("facts") or {}).get("threads"),
        "warm-up": bench.get("warmup"),
        "meter": asked.get("meter"),
        "Pi": (bench.get("pi") or {}).get("where"),
    }


def _key(record: dict[str, Any]) -> tuple[Any, ...]:
    """What tells a measurement from another one."""
    bench = record["bench"]
    return (
        record["model"],
        bench["board"],
        bench.get("asked_engine", bench["engine"]),
        bench.get("timed"),
        *ways(record).values(),
    )
