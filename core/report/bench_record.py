"""`benches.json`: measurements of several models, engines and boards, side by side in one folder."""

from __future__ import annotations

import json
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


def record_bench(folder: Path, model: str, bench: dict[str, Any]) -> None:
    """Keep the fields of `bench --json` in `folder`; one of the same model measured in the same way before is
    replaced. Raises ThimbleError ``cannot-write`` or ``bad-run``."""
    record = {"model": model, "bench": bench}
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


def _key(record: dict[str, Any]) -> tuple[Any, ...]:
    """What tells a measurement from another one."""
    bench = record["bench"]
    return (
        record["model"],
        bench["board"],
        (bench.get("pi") or {}).get("where"),
        bench.get("asked_engine", bench["engine"]),
        bench.get("timed"),
        (bench.get("facts") or {}).get("threads"),
    )
