"""The power management chip of a Raspberry Pi 5, which measures the rails that it makes.

``vcgencmd pmic_read_adc`` prints a current and a voltage for each rail; their products add up to what the Pi
takes behind that chip. Its own losses and what USB devices take are not in it, so it reads less than a meter
in the supply line; EXT5V_V is the voltage of that line.
"""

from __future__ import annotations

import math
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import ThimbleError
from core.meters.base import FoundMeter, MeterInfo, MeterKind, PowerMeter
from core.meters.on_pi import Connection, Sensor, SensorOnPi, connect_to
from core.meters.polled import PolledMeter, Reading
from core.recipe import key

_COMMAND = "vcgencmd"
_NAME = "Raspberry Pi 5 PMIC"
_NOTE = "the sum over the rails behind the Pi's power chip; its losses and USB devices are not in it"
_ANSWER_S = 5.0
#: `` 3V3_SYS_A current(1)=0.11321620A``, `` EXT5V_V volt(24)=5.15096000V``
_LINE = re.compile(r"^\s*(\w+)_([AV])\s+(?:current|volt)\(\d+\)=([-+\d.eE]+)[AV]\s*$")


@dataclass(frozen=True, slots=True)
class PmicOptions:
    rate: float = key(10.0, "readings a second", 0.1, 50.0)
    command: str = key(_COMMAND, "the program that reads the chip")


def parse_pmic(text: str) -> Reading:
    """The power in what ``vcgencmd pmic_read_adc`` printed: the sum over the rails that tell both current and
    voltage. Raises ThimbleError ``meter-failed`` where there is none."""
    amperes: dict[str, float] = {}
    volts: dict[str, float] = {}
    for line in text.splitlines():
        if match := _LINE.match(line):
            rail, unit, value = match.groups()
            (amperes if unit == "A" else volts)[rail] = float(value)
    rails = amperes.keys() & volts.keys()
    if not rails:
        raise ThimbleError(
            "meter-failed",
            f"vcgencmd pmic_read_adc gave no currents: {text.strip()[:80]!r}",
            "only a Raspberry Pi 5 has this chip; use another meter",
        )
    power_w = sum(amperes[rail] * volts[rail] for rail in rails)
    return Reading(power_w, voltage_v=volts.get("EXT5V", math.nan))


class PmicMeter(PolledMeter):
    """A PowerMeter on the Pi that Thimble runs on."""

    def __init__(self, options: PmicOptions) -> None:
        super().__init__(1.0 / options.rate)
        self._options = options

    def open(self) -> MeterInfo:
        self.reading()
        return MeterInfo(_NAME, 1.0 / self._options.rate, note=_NOTE)

    def reading(self) -> Reading:
        try:
            done = subprocess.run(
                [self._options.command, "pmic_read_adc"], capture_output=True, text=True, timeout=_ANSWER_S
            )
        except FileNotFoundError as error:
            raise ThimbleError(
                "meter-gone",
                f"there is no {self._options.command} on this computer, so it is no Raspberry Pi",
                "this meter is on a Raspberry Pi 5: run Thimble there",
            ) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = getattr(error, "strerror", None) or "it gives no answer"
            raise ThimbleError(
                "meter-gone",
                f"{self._options.command} cannot be run: {reason}",
                "this meter is on a Raspberry Pi 5: measure one (--board pi), or run Thimble there",
            ) from error
        return parse_pmic(done.stdout)

    def close(self) -> None:
        """There is nothing to release."""


def on_pi(options: PmicOptions, pi: dict[str, Any]) -> PowerMeter:
    """The chip of the Pi that is measured."""
    sensor = Sensor(_NAME, ((options.command, "pmic_read_adc"),), lambda texts: parse_pmic(texts[0]), _NOTE)

    def find(connection: Connection) -> Sensor:
        parse_pmic(connection.run(f"{shlex.quote(options.command)} pmic_read_adc 2>&1").stdout)
        return sensor

    return SensorOnPi(lambda: connect_to(pi), find, options.rate)


def find_pmic() -> Sequence[FoundMeter]:
    """Where there is a vcgencmd that knows the chip."""
    if shutil.which(_COMMAND) is None:
        return ()
    try:
        PmicMeter(PmicOptions()).reading()
    except ThimbleError:
        return ()
    return (FoundMeter("pmic", _NAME, "", "this computer", "no digital input"),)


PMIC = MeterKind(
    id="pmic",
    title="Raspberry Pi 5 power chip",
    about="the power chip of the Raspberry Pi 5 that is measured, or that Thimble runs on",
    options=PmicOptions,
    target="",
    connect=PmicMeter,
    find=find_pmic,
    on_pi=on_pi,
)
