"""The values of a sweep in words: the same in its tables and plots."""

from __future__ import annotations

from core.report.units import percent
from core.sweep.summary import Cell, Spread

#: Where a value is not known or does not apply.
NONE = "–"


def amount(cell: Cell) -> str:
    """How much was to be pruned."""
    if cell.kind == "none":
        return "unpruned"
    if cell.threshold is not None:
        return f"below {cell.threshold:g}"
    return NONE if cell.sparsity is None else percent(cell.sparsity, 1).replace(".0 %", " %")


def share(spread: Spread, digits: int = 2) -> str:
    """A fraction in percent, with its standard deviation where there is one."""
    mean = percent(spread.mean, digits)
    return mean if spread.std is None else f"{mean.removesuffix(' %')} ± {100 * spread.std:.{digits}f} %"


def points(spread: Spread) -> str:
    """A difference of fractions in percentage points, with its sign."""
    text = f"{100 * spread.mean:+.2f}"
    if spread.std is not None:
        text += f" ± {100 * spread.std:.2f}"
    return text.replace("-", "−")


def kilobytes(size_bytes: float | None) -> str:
    return NONE if size_bytes is None else f"{size_bytes / 1e3:,.1f}"


def how(cell: Cell) -> str:
    """Criterion and schedule."""
    return f"{cell.criterion}, {cell.schedule}" if cell.criterion else NONE


def numbers(cell: Cell) -> str:
    """The number format, and how it was reached where that is not after training."""
    return "float" if cell.quantize == "none" else cell.quantize
