"""A run of another day: what its result tells, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.bench import Source
from core.live.quantity import Quantity
from core.live.replay import run_of_result
from core.live.run import LiveRun
from core.live.signal import EVER

BENCH = {"timing": "measured", "times_s": [0.5, 0.25, 0.25], "energy": None}
MEASURED = {"source": "measured", "power_w": 2.0, "energy_j": 0.4, "of_this_run": True}


def values(run: LiveRun, quantity: Quantity) -> list[float]:
    return [float(value) for value in run.signals[quantity].samples(EVER)[1]]


def test_inferences_follow_each_other() -> None:
    run = run_of_result(BENCH)
    times_s, latencies_s = run.signals[Quantity.LATENCY].samples(EVER)
    np.testing.assert_allclose(times_s, [0.5, 0.75, 1.0])
    np.testing.assert_allclose(latencies_s, [0.5, 0.25, 0.25])
    assert run.sources[Quantity.LATENCY] is Source.MEASURED
    assert Quantity.ENERGY not in run.signals


@pytest.mark.parametrize(
    ("energy", "expected", "source"),
    [
        (MEASURED | {"each_j": [0.3, 0.5]}, [0.3, 0.5], Source.MEASURED),
        (MEASURED, [1.0, 0.5, 0.5], Source.MEASURED),
        (MEASURED | {"source": "estimated"}, [1.0, 0.5, 0.5], Source.ESTIMATED),
    ],
)
def test_energies_are_those_of_the_result(
    energy: dict[str, Any], expected: list[float], source: Source
) -> None:
    run = run_of_result(BENCH | {"energy": energy, "meter": {"asked": "ppk2"}})
    assert values(run, Quantity.ENERGY) == pytest.approx(expected)
    assert run.sources[Quantity.ENERGY] is source
