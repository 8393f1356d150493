"""Jobs end in exactly one way, whatever the worker does."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.errors import CancelledByUser
from core.jobs.context import JobContext
from core.jobs.events import Cancelled, Done, Event, Failed, Log, Partial, Progress, decode, encode
from core.jobs.host import start_job
from core.jobs.tasks import MEASURING

WAIT_S = 60.0


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def ends(events: list[Event]) -> list[Event]:
    return [e for e in events if isinstance(e, Done | Failed | Cancelled)]


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_done(start: Any) -> None:
    handle, events = start("count", steps=3)
    assert handle.wait(WAIT_S) == Done({"sum": 3})
    assert [e.data["value"] for e in events if isinstance(e, Partial)] == [0, 1, 2]
    assert [e.fraction for e in events if isinstance(e, Progress)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert events[-1] == Done({"sum": 3})
    assert len(ends(events)) == 1
    assert not alive(handle.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own elsewhere")
@pytest.mark.parametrize("measures", [True, False])
def test_what_measures_is_not_lowered_but_what_it_computes_besides(
    start: Any, measures: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"acquire", "deploy", "deploy-several", "pi-bench"} == MEASURING
    if measures:
        monkeypatch.setattr("core.jobs.host.MEASURING", {"job_samples:priorities"})
    handle, _ = start("priorities")
    end = handle.wait(WAIT_S)
    low = max(10, os.nice(0))
    assert end == Done({"worker": os.nice(0) if measures else low, "lowered": low, "child": low})


def test_expected_failure_has_words(start: Any) -> None:
    handle, events = start("fail_expected")
    end = handle.wait(WAIT_S)
    assert isinstance(end, Failed)
    assert (end.code, end.what, end.hint, end.expected) == (
        "no-such-file",
        "the file is not there",
        "choose another one",
        True,
    )
    assert len(ends(events)) == 1


def test_unexpected_failure_has_a_traceback(start: Any) -> None:
    end = start("fail_unexpected")[0].wait(WAIT_S)
    assert isinstance(end, Failed)
    assert not end.expected
    assert "ZeroDivisionError: by nothing" in end.details
    assert "job_samples.py" in end.details


def test_a_result_that_json_cannot_carry_is_a_failure(start: Any) -> None:
    end = start("not_json")[0].wait(WAIT_S)
    assert isinstance(end, Failed)
    assert "not JSON serializable" in end.what


def test_unknown_task() -> None:
    end = start_job("no-such-task", {}, lambda event: None).wait(WAIT_S)
    assert isinstance(end, Failed)
    assert end.code == "unknown-task"
    assert "compress" in end.hint


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_crash_stays_in_the_worker(start: Any) -> None:
    handle, events = start("die")
    end = handle.wait(WAIT_S)
    assert isinstance(end, Failed)
    assert end.code == "worker-crashed"
    assert "SIGKILL" in end.what
    assert end.details.endswith("last words")
    assert not end.expected
    assert len(ends(events)) == 1


def test_native_noise_and_greedy_children_do_not_disturb(start: Any) -> None:
    handle, events = start("noise")
    assert handle.wait(WAIT_S) == Done({"stdin": "", "child": 0})
    assert events == [Done({"stdin": "", "child": 0})]


def test_cancel_is_cooperative(start: Any) -> None:
    handle, events = start("count", steps=10_000, pause_s=0.01)
    wait_until(lambda: events)
    handle.cancel(grace_s=WAIT_S)
    end = handle.wait(WAIT_S)
    assert isinstance(end, Cancelled)
    assert end.where.startswith("step")
    handle.cancel()  # again, when it is over: nothing happens
    assert len(ends(events)) == 1


def test_a_hanging_job_and_its_children_are_killed(start: Any) -> None:
    handle, events = start("hang")
    wait_until(lambda: events)
    pids = events[0].data["pids"]
    assert all(alive(pid) for pid in pids)
    handle.cancel(grace_s=0.2)
    assert isinstance(handle.wait(WAIT_S), Cancelled)
    wait_until(lambda: not any(alive(pid) for pid in pids))
    assert len(ends(events)) == 1


def test_what_must_not_be_cut_off_is_not(start: Any) -> None:
    handle, events = start("protected", writing_s=1.0)
    wait_until(lambda: events)
    handle.cancel(grace_s=0.1)
    assert handle.wait(WAIT_S) == Cancelled("written")
    assert [e.text for e in events if isinstance(e, Progress)] == ["writing", "written"]


def test_no_orphans_when_the_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from core.jobs.host import start_job\n"
        "from core.jobs.events import encode\n"
        "start_job('job_samples:hang', {}, lambda e: print(encode(e), flush=True))\n"
        "time.sleep(600)\n"
    )
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root), str(Path(__file__).parent)])
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
    ) as parent:
        assert parent.stdout is not None
        event = decode(parent.stdout.readline().decode())
        parent.kill()
    assert isinstance(event, Partial)
    wait_until(lambda: not any(alive(pid) for pid in event.data["pids"]))


def test_a_listener_that_fails_leaves_nothing_running(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[BaseException | None] = []
    monkeypatch.setattr("threading.excepthook", lambda args: raised.append(args.exc_value))

    def listen(event: Event) -> None:
        if isinstance(event, Progress):
            raise RuntimeError("the window is gone")

    handle = start_job("job_samples:count", {"steps": 10_000, "pause_s": 0.01}, listen)
    assert isinstance(handle.wait(WAIT_S), Failed)
    assert not alive(handle.pid)
    wait_until(lambda: raised)


def test_wait_times_out(start: Any) -> None:
    handle, _ = start("hang")
    with pytest.raises(TimeoutError):
        handle.wait(0.05)
    assert handle.end is None


def test_the_worker_is_told_to_be_quiet(start: Any) -> None:
    end = start("environment", names=["TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND"])[0].wait(WAIT_S)
    assert end == Done({"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"})


def test_time_left_is_estimated_from_the_time_so_far() -> None:
    now = [100.0]
    events: list[Event] = []
    context = JobContext(events.append, clock=lambda: now[0])
    context.progress(0.5, "too early to say")
    now[0] = 110.0
    context.progress(0.25, "a quarter")
    context.progress(0.25, "told", remaining_s=7.0)
    assert [e.remaining_s for e in events if isinstance(e, Progress)] == [None, 30.0, 7.0]


def test_time_left_of_a_job_that_goes_on_counts_from_there() -> None:
    events: list[Event] = []
    now_s = [0.0]
    context = JobContext(events.append, clock=lambda: now_s[0])
    now_s[0] = 5.0
    context.section(0.5, 0.9).resume_at(0.5)
    now_s[0] = 15.0
    context.progress(0.8, "a third of what was left, in 10 s")
    assert [e.remaining_s for e in events if isinstance(e, Progress)] == [pytest.approx(20.0)]


def test_a_section_is_a_part_of_the_whole() -> None:
    events: list[Event] = []
    context = JobContext(events.append)
    context.section(0.5, 0.7).progress(0.5, "half of the part")
    context.section(0.5, 0.7).log("hello")
    assert isinstance(events[0], Progress)
    assert events[0].fraction == pytest.approx(0.6)
    assert events[1] == Log("hello")
    context._cancelled.set()
    with pytest.raises(CancelledByUser, match="half of the part"):
        context.check_cancelled()


@pytest.mark.parametrize(
    "event",
    [
        Progress(0.5, "half", 3.0, False),
        Log("line\nbreak"),
        Partial("epoch", {"loss": 1.5}),
        Done({"a": [1]}),
        Failed("code", "what", "hint", "details", False),
        Cancelled("there"),
    ],
)
def test_events_round_trip(event: Event) -> None:
    line = encode(event)
    assert "\n" not in line
    assert decode(line) == event


@pytest.mark.parametrize("line", ["", "noise", "{}", '{"event": "Nothing"}', '{"event": "Log"}', "[1]"])
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"not an event|Expecting"):
        decode(line)
