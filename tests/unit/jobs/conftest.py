"""Lets workers find the sample tasks, and collects what jobs say."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.jobs.events import Event
from core.jobs.host import JobHandle, start_job

Start = Callable[..., tuple[JobHandle, list[Event]]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a sample task; gives the handle and the growing list of its events."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    handles: list[JobHandle] = []

    def run(task: str, **params: Any) -> tuple[JobHandle, list[Event]]:
        events: list[Event] = []
        handles.append(start_job(f"job_samples:{task}", params, events.append))
        return handles[-1], events

    yield run
    for handle in handles:
        handle.cancel(grace_s=0.0)
        handle.wait(30.0)
