"""Programs of ours that run beside this one, and end when their input does."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterable
from typing import Any


def end_child(
    process: subprocess.Popen[Any], grace_s: float, readers: Iterable[threading.Thread] = ()
) -> None:
    """The end of its input ends it; after `grace_s` it is killed, which is the last resort. `readers` are the
    threads that take what it prints; they end with it."""
    _close(process.stdin)
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for reader in readers:
        reader.join()
    _close(process.stdout)
    _close(process.stderr)


def _close(pipe: Any) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):  # what was left to flush has no reader any more
            pipe.close()
