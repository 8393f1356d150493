"""The kinds of meters. Adding one is adding a file and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.errors import ThimbleError
from core.meters.base import MeterKind
from core.meters.estimate import ESTIMATE
from core.meters.ina2xx import INA2XX
from core.meters.joulescope import JOULESCOPE
from core.meters.pi_pmic import PMIC
from core.meters.ppk2 import PPK2
from core.meters.replay import REPLAY
from core.meters.scpi import SCPI

METERS: Mapping[str, MeterKind] = MappingProxyType(
    {kind.id: kind for kind in (PPK2, JOULESCOPE, SCPI, INA2XX, PMIC, REPLAY, ESTIMATE)}
)


def find_kind(name: str) -> MeterKind:
    """Raises ThimbleError ``unknown-meter`` with those that exist."""
    try:
        return METERS[name]
    except KeyError:
        raise ThimbleError(
            "unknown-meter", f"there is no meter {name!r}", f"use one of these: {', '.join(METERS)}"
        ) from None
