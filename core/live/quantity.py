"""What can be watched while a model runs, and in which units it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Total(Enum):
    """What adding up means: over time (watts to joules), sample by sample (times to a time), or nothing."""

    OVER_TIME = "integral"
    SUM = "sum"
    NONE = "none"


class Quantity(Enum):
    """In the order in which they are shown; the value names the quantity in files."""

    LATENCY = "latency"
    POWER = "power"
    ENERGY = "energy"
    TEMPERATURE = "temperature"
    FREQUENCY = "frequency"
    LOAD = "load"
    #: Inferences per second, of each window of time.
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Unit:
    """`symbol` of the values, and of what they add up to."""

    symbol: str
    total: Total = Total.NONE
    total_symbol: str = ""


UNITS: dict[Quantity, Unit] = {
    Quantity.LATENCY: Unit("s", Total.SUM, "s"),
    Quantity.POWER: Unit("W", Total.OVER_TIME, "J"),
    Quantity.ENERGY: Unit("J", Total.SUM, "J"),
    Quantity.TEMPERATURE: Unit("°C"),
    Quantity.FREQUENCY: Unit("Hz"),
    Quantity.LOAD: Unit("processes"),
    Quantity.RATE: Unit("1/s"),
}
