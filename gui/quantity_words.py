"""Words and scales of what is watched while a model runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.bench import Source
from core.live import quantity
from core.live.quantity import Quantity
from gui.words import number, tr


@dataclass(frozen=True, slots=True)
class Shown:
    """How people read a quantity: values are multiplied by `scale` and have the unit `unit`; what they add up
    to by `total_scale` and `total_unit`."""

    title: str
    scale: float
    unit: str
    total_scale: float = 1.0
    total_unit: str = ""

    @property
    def axis(self) -> str:
        return f"{self.title} ({self.unit})" if self.unit else self.title


def shown(wanted: Quantity) -> Shown:
    return {
        Quantity.LATENCY: Shown(tr("Latency"), 1e3, "ms", 1.0, "s"),
        Quantity.POWER: Shown(tr("Power"), 1e3, "mW", 1e3, "mJ"),
        Quantity.ENERGY: Shown(tr("Energy"), 1e3, "mJ", 1e3, "mJ"),
        Quantity.TEMPERATURE: Shown(tr("Temperature"), 1.0, "°C"),
        Quantity.FREQUENCY: Shown(tr("Frequency"), 1e-6, "MHz"),
        Quantity.LOAD: Shown(tr("Load"), 1.0, ""),
        Quantity.RATE: Shown(tr("Inferences per second"), 1.0, "1/s"),
    }[wanted]


def source_words(source: Source) -> str:
    return {Source.MEASURED: tr("measured"), Source.ESTIMATED: tr("estimate")}[source]


def adds_up(wanted: Quantity) -> bool:
    """Whether the sum or the integral means something."""
    return quantity.UNITS[wanted].total is not quantity.Total.NONE


def short(value: float) -> str:
    """Four digits that count; a dash where nothing is known."""
    if not math.isfinite(value):
        return "–"
    digits = 3 if value == 0 else 3 - math.floor(math.log10(abs(value)))
    return number(value, min(max(digits, 0), 9))
