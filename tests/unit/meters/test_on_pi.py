"""Sensors of a Raspberry Pi; a shell of this computer stands in for the connection."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.errors import ThimbleError
from core.meters import ina2xx, on_pi, pi_pmic
from core.meters.base import NO_SAMPLES, Opened, PowerMeter, Samples
from core.meters.choice import parse_meter
from tests.unit.meters.test_sensors import PMIC, chip

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")

_WAIT_S = 60.0


@dataclass
class _Ended:
    status: int
    stdout: str

    @property
    def last_words(self) -> str:
        return self.stdout.strip().splitlines()[-1]


class _Shell:
    """Does what a PiConnection does, here."""

    closed = False
    lost: ThimbleError | None = None
    silence_s = 0.0

    def run(self, command: str) -> _Ended:
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        return _Ended(done.returncode, done.stdout)

    def stream(self, command: str, on_line: Callable[[str], None], timeout_s: float) -> _Ended:
        lines = []
        self.silence_s = timeout_s
        with subprocess.Popen(["sh", "-c", f"{command} 2>&1"], stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    if self.lost:
                        raise self.lost
                    lines.append(line)
                    on_line(line)
            finally:
                process.kill()
        return _Ended(process.wait(), "".join(lines))

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> _Shell:
    shell = _Shell()
    for module in (ina2xx, pi_pmic):
        monkeypatch.setattr(module, "connect_to", lambda reach: shell)
    return shell


def read(meter: PowerMeter, count: int) -> Samples:
    samples = NO_SAMPLES
    deadline_s = time.monotonic() + _WAIT_S
    while len(samples) < count:
        assert time.monotonic() < deadline_s
        samples = np.concatenate([samples, meter.read()])
    return samples


def test_an_ina226_there(shell: _Shell, tmp_path: Path) -> None:
    chip(tmp_path, "hwmon0", "cpu_thermal")
    folder = chip(tmp_path, "hwmon1", "ina226", "5000", "812", "4060000")
    meter = parse_meter(f"ina2xx:rate=50,root={tmp_path}").connect({"address": {}})
    with Opened(meter) as info:
        assert (info.name, info.period_s, info.live) == ("INA226 (hwmon1) of the Raspberry Pi", 0.02, True)
        meter.start()
        samples = read(meter, 3)
        known = samples[~np.isnan(samples["power_w"])]
        assert known["power_w"] == pytest.approx(4.06)
        (folder / "curr1_input").unlink()
        with pytest.raises(ThimbleError, match="No such file"):
            read(meter, 10**6)
    assert shell.closed


def test_the_pmic_there(shell: _Shell, tmp_path: Path) -> None:
    program = tmp_path / "vcgencmd"
    program.write_text(f"#!/bin/sh\n[ $1 = pmic_read_adc ] && cat <<'E'\n{PMIC}E\n")
    program.chmod(0o755)
    meter = parse_meter(f"pmic:command={program}").connect({"address": {}})
    with Opened(meter) as info:
        assert "losses" in info.note
        meter.start()
        samples = read(meter, 2)
        assert samples["power_w"][0] == pytest.approx(1.9448)
        assert len(meter.finish()) == 0


def test_a_pi_without_the_sensor(shell: _Shell, tmp_path: Path) -> None:
    with pytest.raises(ThimbleError, match="no INA2xx on the Raspberry Pi"):
        parse_meter(f"ina2xx:root={tmp_path}").connect({}).open()
    with pytest.raises(ThimbleError, match="gave no currents"):
        parse_meter("pmic:command=no-such-program").connect({}).open()


def test_a_connection_that_is_lost(shell: _Shell, tmp_path: Path) -> None:
    chip(tmp_path, "hwmon1", "ina219", "5000", "812", "4060000")
    meter = parse_meter(f"ina2xx:root={tmp_path}").connect({})
    with Opened(meter):
        meter.start()
        read(meter, 1)
        shell.lost = ThimbleError("connection-lost", "the connection was lost", "check the network")
        with pytest.raises(ThimbleError, match="connection was lost"):
            read(meter, 10**6)


def test_readings_that_came_too_late_are_lost(shell: _Shell) -> None:
    sensor = on_pi.Sensor(
        "clock", (("sh", "-c", "sleep 0.2; echo 1"),), lambda texts: on_pi.Reading(float(texts[0]))
    )
    meter = on_pi.SensorOnPi(lambda: shell, lambda connection: sensor, rate_hz=50.0)
    with Opened(meter):
        meter.start()
        samples = read(meter, 2)
    assert samples["power_w"][0] == 1.0
    # a reading takes ten places: nine and more of them are lost
    assert np.isnan(samples["power_w"]).sum() >= 9


@pytest.mark.parametrize(("rate_hz", "silence_s"), [(0.1, 30.0), (100.0, 10.0)])
def test_a_slow_sensor_is_not_taken_for_a_silent_one(shell: _Shell, rate_hz: float, silence_s: float) -> None:
    sensor = on_pi.Sensor("clock", (("echo", "1"),), lambda texts: on_pi.Reading(float(texts[0])))
    meter = on_pi.SensorOnPi(lambda: shell, lambda connection: sensor, rate_hz)
    shell.lost = ThimbleError("connection-lost", "the connection was lost", "check the network")
    with Opened(meter):
        meter.start()
        with pytest.raises(ThimbleError):
            read(meter, 1)
    assert shell.silence_s == silence_s


def test_a_meter_elsewhere_is_where_it_was(shell: _Shell) -> None:
    assert type(parse_meter("replay:power.csv").connect({"address": {}})).__name__ == "ReplayMeter"
