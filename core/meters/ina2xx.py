"""TI's INA219, INA226 and INA228 on the I²C bus of the computer that Thimble runs on, such as a Raspberry Pi.

The kernel's drivers (ina2xx, ina238) show them under ``/sys/class/hwmon`` in mV, mA and µW (kernel
documentation, "hwmon sysfs interface"). On a Pi at the other end of a connection, a program reads
the same three files, and `parse_files` reads them.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, TypeVar

from core.errors import ThimbleError
from core.meters.base import FoundMeter, MeterInfo, MeterKind, PowerMeter
from core.meters.on_pi import Connection, Sensor, SensorOnPi, connect_to
from core.meters.polled import PolledMeter, Reading
from core.recipe import key

HWMON = "/sys/class/hwmon"
#: What the drivers call their chips.
CHIPS = ("ina209", "ina219", "ina220", "ina226", "ina228", "ina230", "ina231", "ina237", "ina238", "ina260")
#: The files of one chip. `in1` is the voltage of the bus, `in0` that over the shunt.
FILES = ("in1_input", "curr1_input", "power1_input")


_Folder = TypeVar("_Folder", bound=PurePath)


@dataclass(frozen=True, slots=True)
class Ina2xxOptions:
    sensor: str = key("", "its folder's name, such as hwmon3; may be left out where there is one")
    rate: float = key(100.0, "readings a second", 0.1, 2000.0)
    root: str = key(HWMON, "where the kernel shows its sensors")


def parse_files(files: Mapping[str, str]) -> Reading:
    """The reading in the texts of FILES. Raises ThimbleError ``meter-failed``."""
    try:
        voltage_v, current_a, power_w = (
            float(files[name]) * scale for name, scale in zip(FILES, (1e-3, 1e-3, 1e-6), strict=True)
        )
    except (KeyError, ValueError) as error:
        raise ThimbleError(
            "meter-failed",
            f"the sensor's files do not hold a reading ({error})",
            "check that the sensor is wired and its driver loaded (dtoverlay=i2c-sensor,ina226 on a Pi)",
        ) from error
    return Reading(power_w, current_a, voltage_v)


class Ina2xxMeter(PolledMeter):
    """A PowerMeter."""

    def __init__(self, options: Ina2xxOptions) -> None:
        super().__init__(1.0 / options.rate)
        self._options = options
        self._folder = Path()

    def open(self) -> MeterInfo:
        self._folder = _chosen(_sensors(Path(self._options.root)), self._options.sensor)
        self.reading()
        return MeterInfo(f"{_chip(self._folder).upper()} ({self._folder.name})", 1.0 / self._options.rate)

    def reading(self) -> Reading:
        try:
            return parse_files({name: (self._folder / name).read_text() for name in FILES})
        except OSError as error:
            raise ThimbleError(
                "meter-failed",
                f"the sensor {self._folder.name} cannot be read: {error.strerror or error}",
                "check its wiring; thimble devices lists the sensors that are there",
            ) from error

    def close(self) -> None:
        """There is nothing to release."""


def _chip(folder: Path) -> str:
    try:
        return (folder / "name").read_text().strip()
    except OSError:
        return ""


def _sensors(root: Path) -> list[Path]:
    folders = sorted(root.glob("hwmon*"))
    return [folder for folder in folders if _chip(folder) in CHIPS]


def on_pi(options: Ina2xxOptions, pi: dict[str, Any]) -> PowerMeter:
    """The sensor of the Pi that is measured."""

    def find(connection: Connection) -> Sensor:
        listed = connection.run(f"grep . {shlex.quote(options.root)}/hwmon*/name /dev/null").stdout
        named = (line.rsplit(":", 1) for line in listed.splitlines() if ":" in line)
        chips = {PurePosixPath(path).parent: chip.strip() for path, chip in named}
        found = [folder for folder, chip in chips.items() if chip in CHIPS]
        folder = _chosen(found, options.sensor, "the Raspberry Pi")
        texts = tuple(str(folder / name) for name in FILES)
        return Sensor(
            f"{chips[folder].upper()} ({folder.name})",
            texts,
            lambda read: parse_files(dict(zip(FILES, read, strict=True))),
        )

    return SensorOnPi(lambda: connect_to(pi), find, options.rate)


def _chosen(found: Sequence[_Folder], name: str, where: str = "this computer") -> _Folder:
    matching = [folder for folder in found if not name or folder.name == name]
    names = ", ".join(folder.name for folder in found)
    if len(matching) > 1:
        raise ThimbleError("several-meters", f"there are several sensors: {names}", "name one: ina2xx:NAME")
    if not matching:
        raise ThimbleError(
            "meter-gone",
            f"there is no INA2xx {name}".rstrip()
            + f" on {where}"
            + (f"; there are {names}" if found else ""),
            "load its driver (dtoverlay=i2c-sensor,ina226 on a Raspberry Pi) and check its wiring",
        )
    return matching[0]


def find_sensors(root: Path = Path(HWMON)) -> Sequence[FoundMeter]:
    """Those whose driver is loaded."""
    return tuple(
        FoundMeter("ina2xx", _chip(folder).upper(), folder.name, str(folder), "no digital input")
        for folder in _sensors(root)
    )


INA2XX = MeterKind(
    id="ina2xx",
    title="INA219, INA226, INA228",
    about="a sensor on the I²C bus of the Raspberry Pi that is measured, or of this computer",
    options=Ina2xxOptions,
    target="sensor",
    connect=Ina2xxMeter,
    find=find_sensors,
    on_pi=on_pi,
)
