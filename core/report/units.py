"""Quantities in words: the same on the terminal and on paper."""

from __future__ import annotations

import math


def number(value: int) -> str:
    return f"{value:,}"


def counted(value: int, thing: str, things: str = "") -> str:
    """``1 epoch``, ``2 epochs``; `things` is the plural where that is not `thing` with an s."""
    return f"{value:,} {thing if value == 1 else things or thing + 's'}"


def percent(fraction: float, digits: int = 1) -> str:
    return f"{100 * fraction:.{digits}f} %"


def size(size_bytes: int) -> str:
    """Bytes, with a rounded form in front where there are many."""
    if size_bytes < 10_000:
        return f"{size_bytes:,} bytes"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1e3:.1f} kB ({size_bytes:,} bytes)"
    return f"{size_bytes / 1e6:.2f} MB ({size_bytes:,} bytes)"


#: More mean nothing beside the value.
_MOST_DECIMALS = 6
_PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def quantity(value: float, unit: str, digits: int = 4) -> str:
    """A value with the prefix that keeps its figures short: 0.00123 s is 1.23 ms."""
    if value == 0:
        return f"0 {unit}"
    scale, prefix = _prefix(value)
    return f"{value / scale:.{digits}g} {prefix}{unit}"


def with_spread(value: float, spread: float, unit: str) -> str:
    """A value and its standard deviation, with one prefix: 0.0794 W and 0.0004 W are 79.4 ± 0.4 mW."""
    scale, prefix = _prefix(value)
    return f"{figures_with_spread(value / scale, spread / scale)} {prefix}{unit}"


def figures_with_spread(value: float, spread: float) -> str:
    """The standard deviation with two figures, and the value to the same decimal: 12.345 and 0.0123 are
    12.345 ± 0.012."""
    if not spread > 0:
        return f"{value:.4g} ± 0"
    rounded = float(f"{spread:.1e}")
    decimals = max(1 - math.floor(math.log10(rounded)), 0)
    decimals = min(decimals, _MOST_DECIMALS)
    return f"{value:.{decimals}f} ± {spread:.{decimals}f}"


def _prefix(value: float) -> tuple[float, str]:
    return next((pair for pair in _PREFIXES if abs(value) >= pair[0]), _PREFIXES[-1])


def change(before: float, after: float) -> str:
    """The change in percent, with its sign."""
    if before == 0:
        return ""
    return f"{100 * (after - before) / before:+.1f} %".replace("-", "−")
