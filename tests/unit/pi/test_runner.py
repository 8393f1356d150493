"""The runner's own part, with engines that only count."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.pi.runner import thimble_pi


class _Counting:
    """Answers with the number of the call."""

    package = module = "numpy"

    def __init__(self, job: dict[str, Any]) -> None:
        self._calls = 0

    def infer(self, sample: Any) -> Any:
        self._calls += 1
        return np.array([self._calls - 1], np.int32)


class Told:
    """Keeps what the runner says."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def tell(self, event: str, **fields: Any) -> None:
        self.events.append({"event": event, **fields})


def outputs(told: Told) -> Any:
    """Of the inferences, one below the other."""
    inferences = [event for event in told.events if event["event"] == "inference"]
    return np.stack(
        [np.frombuffer(base64.b64decode(event["output"]), event["dtype"]) for event in inferences]
    )


def test_the_warm_up_comes_after_the_first_inference_and_is_not_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(thimble_pi.ENGINES, "counting", _Counting)
    np.save(tmp_path / "0.npy", np.zeros(1, np.int8))
    job = {
        "engine": "counting",
        "samples": [str(tmp_path / "0.npy")],
        "preparation": {"shift": 0, "divisor": 1, "dtype": "int8", "shape": [1, 1]},
        "runs": 3,
        "warmup": 5,
    }
    told = Told()
    thimble_pi.measure(job, told.tell)
    assert outputs(told).ravel().tolist() == [0, 6, 7]
