"""Damaged files in processes of their own: else native code could neither be ended nor kept from memory."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.fuzz.extremes import EXTREMES
from tests.fuzz.harness import CASE_SECONDS, FaultFoundError, damaged
from tests.fuzz.seeds import SEEDS

#: What files may take beside Python and its libraries, of address space.
MEMORY_BYTES = 2**30
#: Files that a process reads; a fault then costs few others.
_BATCH = 500
#: A process starts, and reads files of milliseconds; one that hangs beyond its alarm is ended.
_BATCH_SECONDS = 120.0 + CASE_SECONDS


def fuzz_apart(name: str, count: int, seed: int) -> Counter[str]:
    """How `count` damaged files of a format ended, by error code. Raises FaultFoundError."""
    ends: Counter[str] = Counter()
    for first in range(seed, seed + count, _BATCH):
        ends += _batch(name, min(_BATCH, seed + count - first), first)
    return ends


def _batch(name: str, count: int, seed: int) -> Counter[str]:
    command = [sys.executable, "-m", "tests.fuzz.worker", name, str(count), str(seed)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            told, errors = process.communicate(timeout=_BATCH_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            told, errors = process.communicate()
            errors += f"ended after {_BATCH_SECONDS:.0f} s"
    ends = told.splitlines()
    if process.returncode or len(ends) != count:
        number = seed + len(ends)
        content = damaged(SEEDS[name](), EXTREMES[name](), name, number)
        raise FaultFoundError(number, content, errors or f"the process ended with {process.returncode}")
    return Counter(ends)
