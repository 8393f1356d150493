"""Why a Pi computes slower than it could (documentation of `vcgencmd get_throttled`)."""

from __future__ import annotations

from enum import IntFlag

_SINCE_BOOT = 16


class Throttling(IntFlag):
    """Bits 0 to 3 say what is so now, 16 to 19 what has been so since the Pi was switched on."""

    UNDER_VOLTAGE = 1 << 0
    FREQUENCY_CAPPED = 1 << 1
    THROTTLED = 1 << 2
    SOFT_TEMPERATURE_LIMIT = 1 << 3
    WAS_UNDER_VOLTAGE = 1 << 16
    WAS_FREQUENCY_CAPPED = 1 << 17
    WAS_THROTTLED = 1 << 18
    WAS_AT_SOFT_TEMPERATURE_LIMIT = 1 << 19

    @property
    def now(self) -> Throttling:
        """What slows the Pi down at this moment."""
        return self & _NOW

    @property
    def was(self) -> Throttling:
        """What has been so since the Pi was switched on."""
        return self & ~_NOW

    @property
    def names(self) -> list[str]:
        """Of what is so now."""
        return [flag.name.lower().replace("_", "-") for flag in Throttling if flag in self.now and flag.name]


_NOW = (
    Throttling.UNDER_VOLTAGE
    | Throttling.FREQUENCY_CAPPED
    | Throttling.THROTTLED
    | Throttling.SOFT_TEMPERATURE_LIMIT
)


def throttling_of(bits: int | None) -> Throttling | None:
    """Of the number that the Pi tells; None where it tells none."""
    return None if bits is None else Throttling(bits)


def between(before: Throttling, after: Throttling) -> Throttling:
    """What began or was so between two moments, in the bits of “now”."""
    began = Throttling((after & ~before) >> _SINCE_BOOT)
    return (before.now | after.now | began).now
