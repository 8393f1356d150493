"""The sensors of a Raspberry Pi: files of the kernel, and what vcgencmd prints."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import ThimbleError
from core.meters.base import Opened
from core.meters.ina2xx import FILES, Ina2xxMeter, Ina2xxOptions, find_sensors, parse_files
from core.meters.pi_pmic import PmicMeter, PmicOptions, parse_pmic
from core.meters.polled import Pacer, Reading

PMIC = """ 3V7_WL_SW_A current(0)=0.00400000A
   3V3_SYS_A current(1)=0.10000000A
     EXT5V_V volt(24)=5.15000000V
   VDD_CORE_A current(7)=2.00000000A
   3V7_WL_SW_V volt(8)=3.70000000V
   3V3_SYS_V volt(9)=3.30000000V
   VDD_CORE_V volt(15)=0.80000000V
      BATT_V volt(25)=0.00000000V
"""


def chip(root: Path, folder: str, name: str, *values: str) -> Path:
    path = root / folder
    path.mkdir(parents=True)
    (path / "name").write_text(name + "\n")
    for file, value in zip(FILES, values, strict=False):
        (path / file).write_text(value + "\n")
    return path


def test_an_ina226(tmp_path: Path) -> None:
    chip(tmp_path, "hwmon0", "cpu_thermal")
    folder = chip(tmp_path, "hwmon1", "ina226", "5000", "812", "4060000")
    meter = Ina2xxMeter(Ina2xxOptions(rate=1000, root=str(tmp_path)))
    with Opened(meter) as info:
        assert (info.name, info.marker_input) == ("INA226 (hwmon1)", None)
        meter.start()
        sample = meter.read()[-1]
        assert (sample["power_w"], sample["voltage_v"]) == (pytest.approx(4.06), pytest.approx(5.0))
        (folder / "power1_input").unlink()
        with pytest.raises(ThimbleError, match="cannot be read"):
            meter.read()
    assert [found.target for found in find_sensors(tmp_path)] == ["hwmon1"]


def test_sensors_that_are_not_there_or_several(tmp_path: Path) -> None:
    for number in (1, 2):
        chip(tmp_path, f"hwmon{number}", "ina219", "5000", "812", "4060000")
    asked = [("", "several-meters"), ("hwmon9", "meter-gone")]
    for sensor, code in asked:
        with (
            pytest.raises(ThimbleError) as caught,
            Opened(Ina2xxMeter(Ina2xxOptions(sensor, root=str(tmp_path)))),
        ):
            pass
        assert caught.value.code == code
        assert "hwmon1, hwmon2" in caught.value.what
    with Opened(Ina2xxMeter(Ina2xxOptions("hwmon2", root=str(tmp_path)))):
        pass


@pytest.mark.parametrize("texts", [{}, dict.fromkeys(FILES, ""), dict.fromkeys(FILES, "x")])
def test_files_without_a_reading(texts: dict[str, str]) -> None:
    with pytest.raises(ThimbleError, match="do not hold a reading"):
        parse_files(texts)


def test_the_pmic_adds_up_the_rails_that_tell_both() -> None:
    reading = parse_pmic(PMIC)
    assert reading.power_w == pytest.approx(0.004 * 3.7 + 0.1 * 3.3 + 2.0 * 0.8)
    assert reading.voltage_v == 5.15


@pytest.mark.parametrize("text", ["", "Command not registered", "EXT5V_V volt(24)=5.1V", "A_A current(1)=xA"])
def test_a_pi_without_that_chip(text: str) -> None:
    with pytest.raises(ThimbleError, match="gave no currents"):
        parse_pmic(text)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for vcgencmd")
def test_the_pmic_is_read_with_vcgencmd(tmp_path: Path) -> None:
    program = tmp_path / "vcgencmd"
    program.write_text(f"#!/bin/sh\n[ $1 = pmic_read_adc ] && cat <<'E'\n{PMIC}E\n")
    program.chmod(0o755)
    meter = PmicMeter(PmicOptions(command=str(program)))
    with Opened(meter) as info:
        assert "losses" in info.note
        meter.start()
        assert meter.read()["power_w"][-1] == pytest.approx(1.9448)
    with pytest.raises(ThimbleError) as caught, Opened(PmicMeter(PmicOptions(command=str(tmp_path / "no")))):
        pass
    assert caught.value.code == "meter-gone"
    assert "is no Raspberry Pi" in caught.value.what
    assert "Errno" not in caught.value.what


def test_a_reading_that_comes_late_leaves_lost_samples() -> None:
    now_s = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    def slow() -> Reading:
        nonlocal now_s
        now_s += 0.35
        return Reading(1.0)

    pacer = Pacer(0.1, lambda: now_s, sleep)
    pacer.start()
    taken = [
        pacer.next(ask) for ask in (lambda: Reading(1.0), slow, lambda: Reading(2.0), lambda: Reading(3.0))
    ]
    assert [np.isnan(samples["power_w"]).tolist() for samples in taken] == [
        [False],
        [False],
        [True, True, False],  # due at 0.2 s, asked at 0.45 s: those of 0.2 and 0.3 s are lost
        [False],
    ]
    assert now_s == pytest.approx(0.5)
