"""The meters that are there, each kind looked for by its own file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from core.jobs.host import worker_environment
from core.meters.base import FoundMeter
from core.meters.registry import METERS

_LOOK_S = 20.0


def find_meters() -> tuple[FoundMeter, ...]:
    """Every meter that can be looked for. In a process of its own, where drivers may print, hang or crash:
    then what they would have found is missing."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "core.meters.finding"],
            capture_output=True,
            env=worker_environment(),
            timeout=_LOOK_S,
            text=True,
            encoding="utf-8",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        done_output = getattr(error, "stdout", None) or b""
        return tuple(_parsed(done_output.decode(errors="replace") if isinstance(done_output, bytes) else ""))
    return tuple(_parsed(done.stdout))


def _parsed(output: str) -> Iterator[FoundMeter]:
    for line in output.splitlines():
        try:
            fields = json.loads(line)
        except ValueError:  # a driver's own words, or cut off
            continue
        if isinstance(fields, dict):
            yield FoundMeter(**fields)


def main() -> int:
    """Prints one meter a line, as it is found."""
    import dataclasses

    for kind in METERS.values():
        try:
            found = kind.find()
        except Exception as error:  # noqa: BLE001 - a driver that is broken must not hide the others
            print(f"{kind.id}: {error}", file=sys.stderr)
            continue
        for meter in found:
            print(json.dumps(dataclasses.asdict(meter)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
