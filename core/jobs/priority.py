"""Who goes first on a busy computer: the window and what measures, before what only computes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psutil

_NICE = 10

T = TypeVar("T")


def lower(pid: int) -> None:
    """Let others go before this process; there is no way back. It may have ended."""
    try:
        psutil.Process(pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICE)
    except psutil.Error:
        return


def lowered(work: Callable[[], T]) -> T:
    """The result of `work`, or what it raises: compilers and references, in a job that measures besides.

    It runs in a thread of its own, below the others where threads have priorities of their own and hand them
    to the processes that they start (Linux); elsewhere at that of the job.
    """
    with ThreadPoolExecutor(1, "lowered", initializer=_lower_thread) as pool:
        return pool.submit(work).result()


def _lower_thread() -> None:
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICE, os.getpriority(os.PRIO_PROCESS, thread)))
