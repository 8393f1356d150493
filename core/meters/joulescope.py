"""Joulescope JS110 and JS220: current and voltage at up to 2 million samples a second, two digital inputs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from core.errors import ThimbleError
from core.meters.base import NO_SAMPLES, FoundMeter, MeterInfo, MeterKind, Samples, lost_samples, samples_of
from core.recipe import key

_READ_S = 0.02
_SILENT_S = 2.0


class Rate(Enum):
    """Samples a second that both models can give."""

    RATE_10K = "10000"
    RATE_100K = "100000"
    RATE_1M = "1000000"


class InputLevel(Enum):
    """Volts of the JS110's digital inputs."""

    V1_8 = "1.8V"
    V2_5 = "2.5V"
    V3_3 = "3.3V"
    V5_0 = "5.0V"


@dataclass(frozen=True, slots=True)
class JoulescopeOptions:
    device: str = key("", "serial number; may be left out where there is one")
    rate: Rate = key(Rate.RATE_100K, "samples a second")
    marker: int = key(0, "the digital input that the board's marker is wired to", 0, 1)
    level: InputLevel = key(InputLevel.V3_3, "volts of the digital inputs (JS110)")


class JoulescopeMeter:
    """A PowerMeter. The driver fills a ring of its own; samples that it missed are NaN there."""

    def __init__(self, options: JoulescopeOptions) -> None:
        self._options = options
        self._device: Any = None
        self._taken: int | None = None
        self._heard_s = 0.0

    def open(self) -> MeterInfo:
        device = _chosen(self._options.device)
        try:
            device.parameter_set("sampling_frequency", int(self._options.rate.value))
            device.parameter_set("io_voltage", self._options.level.value)
            # A JS110 sends the last bit of current and voltage where a JS220 sends its inputs, unless told.
            device.parameter_set("current_lsb", "gpi0")
            device.parameter_set("voltage_lsb", "gpi1")
            device.open()
            self._device = device
            device.parameter_set("i_range", "auto")  # off after a reset: nothing would reach the board
        except (RuntimeError, OSError, ValueError, KeyError) as error:
            raise ThimbleError(
                "meter-failed",
                f"the Joulescope {device} cannot be opened: {error}",
                "close the Joulescope UI, check that you may use the device (udev rules on Linux), repeat",
            ) from error
        return MeterInfo(str(device), 1.0 / int(self._options.rate.value), self._options.marker)

    def start(self) -> None:
        self._taken = None
        self._heard_s = time.monotonic()
        self._device.start()

    def read(self) -> Samples:
        time.sleep(_READ_S)
        return self._new()

    def finish(self) -> Samples:
        rest = self._new()
        self._device.stop()
        return rest

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with contextlib.suppress(RuntimeError, OSError):  # it was unplugged
                device.close()

    def _new(self) -> Samples:
        """What the ring has since the last call; what it has overwritten meanwhile is lost."""
        ring = self._device.stream_buffer
        if ring is None or not self._device.is_open:
            raise _unplugged(self._device)
        begin, end = ring.sample_id_range
        if end is None or begin == end:
            return self._nothing()
        taken = begin if self._taken is None else self._taken
        if end <= taken:
            return self._nothing()
        self._heard_s = time.monotonic()
        self._taken = end
        overwritten = lost_samples(max(begin - taken, 0))
        return np.concatenate([overwritten, _samples(ring, max(begin, taken), end)])

    def _nothing(self) -> Samples:
        if time.monotonic() - self._heard_s > _SILENT_S:
            raise _unplugged(self._device)
        return NO_SAMPLES


def _samples(ring: Any, begin: int, end: int) -> Samples:
    fields = ["current", "voltage", "power", "current_lsb", "voltage_lsb"]
    signals = ring.samples_get(begin, end, fields=fields)["signals"]
    values = [np.asarray(signals[name]["value"]) for name in fields]
    current_a, voltage_v, power_w, first, second = values
    inputs = first.astype(np.uint32) & 1 | (second.astype(np.uint32) & 1) << 1
    return samples_of(power_w, current_a, voltage_v, inputs)


def _scan() -> list[Any]:
    import joulescope

    return list(joulescope.scan())


def _chosen(serial_number: str) -> Any:
    found = _scan()
    matching = [device for device in found if not serial_number or serial_number in str(device)]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(str(device) for device in found)
    if not matching:
        what = f"there is no Joulescope {serial_number}".rstrip() + (f"; there are {names}" if found else "")
        hint = "plug it in; on Linux, install its udev rules (Joulescope user's guide)"
        raise ThimbleError("meter-gone", what, hint)
    raise ThimbleError(
        "several-meters", f"several Joulescopes match: {names}", "name one: joulescope:SERIAL_NUMBER"
    )


def _unplugged(device: Any) -> ThimbleError:
    return ThimbleError(
        "meter-failed", f"the Joulescope {device} was unplugged, or sends nothing", "plug it in and repeat"
    )


def find_joulescopes() -> Sequence[FoundMeter]:
    """Those that the driver sees."""
    note = "current and voltage, 2 digital inputs"
    return tuple(
        FoundMeter("joulescope", f"Joulescope {device}", str(device), "USB", note) for device in _scan()
    )


JOULESCOPE = MeterKind(
    id="joulescope",
    title="Joulescope",
    about="Joulescope JS110 or JS220",
    options=JoulescopeOptions,
    target="device",
    connect=JoulescopeMeter,
    find=find_joulescopes,
    feeds=True,
)
