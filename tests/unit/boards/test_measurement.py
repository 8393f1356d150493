"""The arithmetic of bench, without any board."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.targets.board import find_board
from core.bench import (
    Energy,
    Facts,
    Measurement,
    RunCounts,
    Series,
    Source,
    Sync,
    Timed,
    check_runs,
    estimate_energy,
)
from core.boards.agreement import Rule, same_bytes
from core.boards.devices import find_devices
from core.errors import ThimbleError


def measurement(*times_s: float) -> Measurement:
    counts = RunCounts(cycles=(1,) * len(times_s), stack_bytes=400)
    return Measurement("b", "e", Series(times_s), Source.ESTIMATED, None, True, Rule.BYTES, counts=counts)


def test_statistics_leave_the_first_out() -> None:
    told = measurement(100.0, 1.0, 2.0, 3.0, 4.0).to_json()
    assert told["first_s"] == 100.0
    assert (told["mean_s"], told["median_s"], told["min_s"], told["max_s"]) == (2.5, 2.5, 1.0, 4.0)
    assert told["std_s"] == pytest.approx(np.sqrt(5 / 3))  # squares 2.25 + 0.25 + 0.25 + 2.25 over 3
    assert told["stderr_s"] == pytest.approx(told["std_s"] / 2)
    assert told["stack_bytes"] == 400
    assert told["instructions"] is None


def test_two_runs_have_no_spread() -> None:
    told = measurement(5.0, 1.0).to_json()
    assert (told["mean_s"], told["std_s"], told["stderr_s"]) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("runs", [-1, 0, 1])
def test_too_few_runs_are_refused(runs: int) -> None:
    with pytest.raises(ThimbleError) as caught:
        check_runs(runs)
    assert caught.value.code == "too-few-runs"


def test_one_byte_makes_the_difference() -> None:
    outputs = np.arange(20, dtype=np.int8).reshape(2, 10)
    assert same_bytes(outputs, outputs.reshape(2, 1, 10))
    for index in range(outputs.size):
        wrong = outputs.copy()
        wrong.flat[index] ^= -128
        assert not same_bytes(wrong, outputs)
    assert not same_bytes(outputs[:1], outputs)


def test_energy_is_power_times_time_and_an_estimate() -> None:
    energy = estimate_energy(find_board("virtual-pico"), 2.0)
    assert energy is not None
    assert energy.source is Source.ESTIMATED
    assert energy.energy_j == pytest.approx(2 * energy.power_w)
    assert estimate_energy(find_board("host"), 2.0) is None


def test_devices_are_what_is_really_there() -> None:
    told = {device.id: device.to_json() for device in find_devices(meters=list, pis=list)}
    assert told["virtual-pico"]["kind"] == "virtual"
    assert told["host"]["kind"] == "host"
    assert told["virtual-nano"]["kind"] == "virtual"
    assert set(told) == {"virtual-pico", "virtual-nano", "host"}


def test_a_series_of_one_has_nothing_to_tell() -> None:
    with pytest.raises(ThimbleError) as caught:
        Series((1.0,))
    assert caught.value.code == "too-few-runs"


def test_what_a_meter_and_a_computer_know_is_told_and_nothing_else() -> None:
    measured = Energy(
        Source.MEASURED, 2.0, 0.5, of="PPK2", sync=Sync.MARKER, power_max_w=3.0, inferences=10, lost=0
    )
    facts = Facts(threads=4, throttled=False, tools={"litert": "2.3.0"})
    told = Measurement(
        "pi",
        "xnnpack",
        Series((1.0, 2.0, 3.0)),
        Source.MEASURED,
        measured,
        True,
        Rule.TOLERANCE,
        timed=Timed.DISK_TO_CLASS,
        facts=facts,
        partial=True,
    ).to_json()
    assert told["energy"] == {
        "source": "measured",
        "power_w": 2.0,
        "energy_j": 0.5,
        "of": "PPK2",
        "sync": "marker",
        "power_max_w": 3.0,
        "inferences": 10,
        "lost": 0,
    }
    assert told["facts"] == {"threads": 4, "throttled": False, "tools": {"litert": "2.3.0"}}
    assert (told["timed"], told["timing"], told["partial"]) == ("disk-to-class", "measured", True)
    assert told["cycles"] is None
