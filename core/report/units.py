"""Quantities in words: the same on the terminal and on paper."""

from __future__ import annotations


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
    return f"{value / scale:.4g} ± {spread_figures(spread / scale)} {prefix}{unit}"


def spread_figures(spread: float) -> str:
    """Two figures of a standard deviation, all of those before the point."""
    return f"{spread:.2g}" if spread < 100 else f"{spread:.0f}"


def _prefix(value: float) -> tuple[float, str]:
    return next((pair for pair in _PREFIXES if abs(value) >= pair[0]), _PREFIXES[-1])


def change(before: float, after: float) -> str:
    """The change in percent, with its sign."""
    if before == 0:
        return ""
    return f"{100 * (after - before) / before:+.1f} %".replace("-", "−")
