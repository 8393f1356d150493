"""SCPI instruments, simulated by PyVISA-sim."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.errors import ThimbleError
from core.meters.base import Opened, PowerMeter, Samples
from core.meters.scpi import ScpiOptions, connect

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

_SIMULATED = f"{Path(__file__).parent / 'n6705.yaml'}@sim"


def read(meter: PowerMeter) -> Samples:
    """The next samples, however often one has to ask."""
    while not len(samples := meter.read()):
        pass
    return samples


def options(last: int = 1, **more: float) -> ScpiOptions:
    address = f"TCPIP0::127.0.0.{last}::inst0::INSTR"
    return ScpiOptions(address, rate=200.0, visa=_SIMULATED, **more)  # type: ignore[arg-type]


def test_polled() -> None:
    meter = connect(options())
    with Opened(meter) as info:
        assert (info.name, info.marker_input) == ("Keysight Technologies N6705C, output 1", None)
        meter.start()
        samples = np.concatenate([read(meter) for _ in range(3)])
        assert len(meter.finish()) == 0
    known = samples[~np.isnan(samples["power_w"])]
    assert len(known) == 3
    assert known["power_w"] == pytest.approx(4.0)
    assert known["voltage_v"] == pytest.approx(5.0)


def test_a_supply_without_channels() -> None:
    meter = connect(options(2, channel=0))
    with Opened(meter) as info:
        assert info.name == "ACME PSU"
        meter.start()
        assert meter.read()["power_w"][-1] == pytest.approx(0.33)


def test_sweeps_with_the_gaps_between_them() -> None:
    meter = connect(options(points=5, interval=0.001))
    with Opened(meter) as info:
        assert info.period_s == 0.001
        assert "measured once, 5 V" in info.note
        meter.start()
        first, second = read(meter), read(meter)
    assert first["current_a"][:4] == pytest.approx([0.80, 0.81, 0.79, 0.82])
    assert math.isnan(first["power_w"][4])  # what is out of range is lost
    assert second["power_w"][-2] == pytest.approx(4.1)
    assert np.isnan(second["power_w"][:-5]).all()


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (options(9), "meter-gone", "cannot be reached"),
        (options(1, channel=2), "meter-failed", "answers MEAS:CURR? (@2) with 'ERROR'"),
        (options(3, points=5, interval=0.001), "meter-failed", "Data out of range"),
        (ScpiOptions("nonsense", visa=_SIMULATED), "bad-meter", "'nonsense' is not a VISA address"),
        (ScpiOptions("foo"), "bad-meter", "'foo' is not a VISA address"),
        (ScpiOptions("TCPIP0::127.0.0.1::inst0::INSTR", visa="no-such-file@sim"), "meter-gone", ""),
        (ScpiOptions("TCPIP0::127.0.0.1::1::SOCKET"), "meter-gone", "cannot be reached"),
    ],
)
def test_what_goes_wrong_is_told(given: ScpiOptions, code: str, words: str) -> None:
    with pytest.raises(ThimbleError) as caught, Opened(connect(given)):
        pass
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)
    assert words in caught.value.what


def test_what_is_out_of_range_is_lost() -> None:
    meter = connect(options(channel=3))
    with Opened(meter):
        meter.start()
        assert np.isnan(meter.read()["power_w"]).all()


def test_a_sweep_that_outlasts_the_timeout() -> None:
    with pytest.raises(ThimbleError) as caught:
        connect(options(points=500_000))
    assert caught.value.code == "bad-meter"
