"""The Joulescope, with a driver that plays the real one's part: a ring that fills while one looks."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from core.errors import ThimbleError
from core.meters.base import Opened
from core.meters.joulescope import JoulescopeMeter, JoulescopeOptions, Rate, find_joulescopes


class _Ring:
    """The driver's ring: places count samples since the start, the oldest are overwritten. The streams of the
    inputs carry the last bit of the converters, which is noise, unless `parameters` map inputs there."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.sample_id_range: tuple[int | None, int | None] = (None, None)
        self.missing: set[int] = set()
        self._parameters = parameters
        self._noise = np.random.default_rng(0)

    def samples_get(self, begin: int, end: int, fields: list[str]) -> dict[str, Any]:
        place = np.arange(begin, end)
        current_a = np.where(np.isin(place, list(self.missing)), np.nan, 0.1).astype(np.float32)
        values = {
            "current": current_a,
            "voltage": np.full(len(place), 5.0, np.float32),
            "power": current_a * 5,
            "current_lsb": self._input("current_lsb", place),
            "voltage_lsb": self._input("voltage_lsb", place),
        }
        return {"signals": {name: {"value": values[name]} for name in fields}}

    def _input(self, stream: str, place: np.ndarray) -> np.ndarray:
        carried = {"gpi0": place // 10 % 2, "gpi1": np.ones(len(place))}
        found = carried.get(self._parameters.get(stream, "normal"))
        return (self._noise.integers(0, 2, len(place)) if found is None else found).astype(np.uint8)


class Device:
    """A Joulescope; `samples` are in its ring once it has started."""

    def __init__(self, name: str, refuses: bool = False, samples: int = 0) -> None:
        self._samples = samples
        self._name = name
        self._refuses = refuses
        self.parameters: dict[str, Any] = {}
        self.is_open = False
        self.stream_buffer: _Ring | None = None

    def __str__(self) -> str:
        return self._name

    def parameter_set(self, name: str, value: Any) -> None:
        self.parameters[name] = value

    def open(self) -> None:
        if self._refuses:
            raise RuntimeError("jsdrv_open timed out")
        self.is_open, self.stream_buffer = True, _Ring(self.parameters)

    def start(self) -> None:
        assert self.is_open
        assert self.stream_buffer is not None
        if self._samples:
            self.stream_buffer.sample_id_range = (0, self._samples)

    def stop(self) -> None:
        assert self.is_open

    def close(self) -> None:
        self.is_open, self.stream_buffer = False, None


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> list[Device]:
    there: list[Device] = []
    driver = ModuleType("joulescope")
    driver.scan = lambda: there  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "joulescope", driver)
    monkeypatch.setattr("core.meters.joulescope._READ_S", 0.0)
    return there


def test_samples_inputs_and_losses(devices: list[Device]) -> None:
    device = Device("JS220-000123")
    devices.append(device)
    meter = JoulescopeMeter(JoulescopeOptions(rate=Rate.RATE_10K, marker=1))
    with Opened(meter) as info:
        assert (info.name, info.period_s, info.marker_input) == ("JS220-000123", 1e-4, 1)
        assert device.parameters == {
            "sampling_frequency": 10_000,
            "io_voltage": "3.3V",
            "current_lsb": "gpi0",
            "voltage_lsb": "gpi1",
            "i_range": "auto",
        }
        meter.start()
        ring = device.stream_buffer
        assert ring is not None
        assert len(meter.read()) == 0
        ring.sample_id_range = (1000, 1020)
        ring.missing = {1003}
        first = meter.read()
        assert first["inputs"].tolist() == [2] * 10 + [3] * 10
        assert np.flatnonzero(np.isnan(first["power_w"])).tolist() == [3]
        assert first["power_w"][0] == pytest.approx(0.5)
        ring.sample_id_range = (1025, 1040)  # five were overwritten before anybody looked
        second = meter.read()
        assert np.isnan(second["power_w"]).tolist() == [True] * 5 + [False] * 15
        ring.sample_id_range = (1025, 1042)
        assert len(meter.finish()) == 2
    assert not device.is_open


def test_unplugging_it_is_told(devices: list[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    devices.append(Device("JS110-000001"))
    meter = JoulescopeMeter(JoulescopeOptions())
    with Opened(meter):
        meter.start()
        devices[0].close()  # what the driver does of itself when the device is removed
        with pytest.raises(ThimbleError, match="was unplugged"):
            meter.read()
    with Opened(meter):
        meter.start()
        monkeypatch.setattr("core.meters.joulescope._SILENT_S", -1.0)
        with pytest.raises(ThimbleError, match="sends nothing"):
            meter.read()


def test_which_one(devices: list[Device]) -> None:
    for names, asked, code in [
        ([], "", "meter-gone"),
        (["JS220-1"], "9", "meter-gone"),
        (["JS220-1", "JS220-2"], "", "several-meters"),
    ]:
        devices[:] = [Device(name) for name in names]
        with pytest.raises(ThimbleError) as caught, Opened(JoulescopeMeter(JoulescopeOptions(asked))):
            pass
        assert caught.value.code == code
        assert caught.value.hint
    assert [found.target for found in find_joulescopes()] == ["JS220-1", "JS220-2"]


def test_one_that_may_not_be_opened(devices: list[Device]) -> None:
    devices.append(Device("JS220-1", refuses=True))
    with pytest.raises(ThimbleError, match="cannot be opened: jsdrv_open timed out") as caught:
        JoulescopeMeter(JoulescopeOptions()).open()
    assert "udev rules" in caught.value.hint
