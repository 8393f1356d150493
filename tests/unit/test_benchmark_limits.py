"""Benchmarks end with 1 when what they measure misses its limit."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import epoch_time, large_networks
from core.jobs.context import JobContext


@pytest.mark.parametrize(
    ("seconds", "peak_bytes", "status"),
    [(20.0, 2_000_000_000, 0), (180.1, 2_000_000_000, 1), (20.0, 6_000_000_001, 1)],
)
def test_one_large_network_over_a_limit_is_enough(
    monkeypatch: pytest.MonkeyPatch, seconds: float, peak_bytes: int, status: int
) -> None:
    runs = {
        "resnet50": large_networks.Run(20.0, 2_000_000_000, 0.27),
        "mobilenet-v2": large_networks.Run(seconds, peak_bytes, 0.3),
    }
    monkeypatch.setattr(large_networks, "compress", runs.__getitem__)
    monkeypatch.setattr("sys.argv", ["large_networks"])
    assert large_networks.main() == status


@pytest.mark.parametrize(
    ("name", "ratio", "status"), [("pruned", 1.14, 0), ("pruned", 1.16, 1), ("distilled", 2.0, 0)]
)
def test_a_pruned_epoch_may_not_take_longer(
    monkeypatch: pytest.MonkeyPatch, name: str, ratio: float, status: int
) -> None:
    def rounds(network: str, recipe: Any, count: int) -> list[tuple[float, float]]:
        slow = (network, recipe.name) == ("resnet8", name)
        return [(1.0, 1.0), (ratio if slow else 1.0, 1.0), (9.0 if slow else 1.0, 1.0)]

    monkeypatch.setattr(epoch_time, "_rounds", rounds)
    monkeypatch.setattr("core.models.deterministic.start_tensorflow", lambda seed: None)
    monkeypatch.setattr("sys.argv", ["epoch_time"])
    assert epoch_time.main() == status


def test_the_time_of_an_epoch_ends_with_the_next_and_is_without_that_of_keras(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 0.0

    def passes(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    def keras_epoch() -> float:
        passes(3.0)
        return 3.0

    monkeypatch.setattr("time.perf_counter", lambda: now_s)
    turns = epoch_time.TakingTurns(keras_epoch)
    context = JobContext(turns)
    passes(5.0)  # the first epoch
    context.partial("epoch", {})
    passes(0.5)  # its checkpoint
    context.progress(0.5, "Fine-tuning")
    passes(4.0)  # the second
    context.partial("epoch", {})
    assert turns.rounds == [(5.0, 3.0), (4.5, 3.0)]
