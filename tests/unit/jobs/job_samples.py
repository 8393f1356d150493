"""Tasks for the tests of the job processes; a worker finds them through PYTHONPATH."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.priority import lowered

Params = dict[str, Any]


def count(params: Params, context: JobContext) -> Params:
    for i in range(params["steps"]):
        context.check_cancelled()
        context.progress((i + 1) / params["steps"], f"step {i + 1}")
        context.partial("number", {"value": i})
        time.sleep(params.get("pause_s", 0.0))
    return {"sum": sum(range(params["steps"]))}


def priorities(params: Params, context: JobContext) -> Params:
    ask = [sys.executable, "-c", "import os; print(os.nice(0))"]
    child = lowered(lambda: int(subprocess.run(ask, capture_output=True, check=True).stdout))
    return {"worker": os.nice(0), "lowered": lowered(thread_priority), "child": child}


def thread_priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def fail_expected(params: Params, context: JobContext) -> Params:
    raise ThimbleError("no-such-file", "the file is not there", "choose another one")


def fail_unexpected(params: Params, context: JobContext) -> Params:
    raise ZeroDivisionError("by nothing")


def not_json(params: Params, context: JobContext) -> Params:
    return {"path": Path("x")}


def die(params: Params, context: JobContext) -> Params:
    print("last words", file=sys.stderr, flush=True)
    context.progress(0.5, "about to die")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def noise(params: Params, context: JobContext) -> Params:
    os.write(1, b"native noise on descriptor 1\n")
    print("python noise")
    from_stdin = sys.stdin.read()  # must be empty, not the host's requests
    child = subprocess.run([sys.executable, "-c", "import sys; print('child', sys.stdin.read())"], check=True)
    return {"stdin": from_stdin, "child": child.returncode}


def hang(params: Params, context: JobContext) -> Params:
    """Never looks at a cancel request; has a child that hangs too and left the process group."""
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = subprocess.Popen(sleeper)
    own_session = subprocess.Popen(sleeper, start_new_session=True)
    context.partial("pids", {"pids": [os.getpid(), child.pid, own_session.pid]})
    time.sleep(600)
    return {}


def protected(params: Params, context: JobContext) -> Params:
    """Writes to a flash, so to say: not cancellable for a while."""
    context.progress(0.1, "writing", cancellable=False)
    time.sleep(params["writing_s"])
    context.progress(0.9, "written")
    context.check_cancelled()
    return {}


def environment(params: Params, context: JobContext) -> Params:
    return {name: os.environ.get(name) for name in params["names"]}
