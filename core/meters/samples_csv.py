"""Samples as CSV: what ``bench --samples FILE`` writes, and what the meter ``replay:FILE`` plays.

The columns are ``time_s,power_w,current_a,voltage_v,inputs``; times are evenly spaced, lost samples have the
power ``nan``. A file from elsewhere needs ``time_s`` and either ``power_w`` or both current and voltage;
``marker`` (0 or 1) may stand for ``inputs``. Rows that are missing from even times count as lost.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError
from core.meters.base import Samples, lost_samples, samples_of
from core.paths import cannot_write

COLUMNS = ("time_s", "power_w", "current_a", "voltage_v", "inputs")
_MARKER = "marker"
_LONGEST = 200_000_000
#: How far a time may lie beside its even place, in periods.
_UNEVEN = 0.1
_HINT = f"the first line names the columns: {','.join(COLUMNS)}; of these time_s and power_w are needed"

Columns = dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """The samples of a file, `period_s` apart. `has_inputs`: whether it tells digital inputs."""

    samples: Samples
    period_s: float
    has_inputs: bool


def read_samples(path: Path) -> Played:
    """Raises ThimbleError ``missing-file`` or ``bad-samples`` with the file's fault."""
    columns = _read_columns(path)
    if len(columns["time_s"]) < 2:
        raise _bad(path, "it has fewer than two samples")
    places, period_s = _places(columns["time_s"], path)
    present = samples_of(
        _power(columns, path),
        columns.get("current_a", np.nan),
        columns.get("voltage_v", np.nan),
        _inputs(columns, path),
    )
    samples = lost_samples(int(places[-1]) + 1)
    samples[places] = present
    # An input does not change while samples are lost, as far as anybody knows.
    samples["inputs"] = present["inputs"][np.searchsorted(places, np.arange(len(samples)), "right") - 1]
    return Played(samples, period_s, bool(columns.keys() & {_MARKER, "inputs"}))


def _read_columns(path: Path) -> Columns:
    try:
        with path.open(encoding="utf-8-sig") as file:
            names = [name.strip().lower() for name in file.readline().split(",")]
            wanted = [name for name in (*COLUMNS, _MARKER) if name in names]
            if "time_s" not in wanted:
                raise _bad(path, "its first line names no column time_s")
            table = _numbers(file, [names.index(name) for name in wanted])
    except FileNotFoundError:
        raise ThimbleError("missing-file", f"there is no recording {path}", "check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, str(error)) from error
    except (ValueError, IndexError) as error:
        raise _bad(path, f"a row is not made of numbers ({error})") from error
    return dict(zip(wanted, table.T, strict=True)) if table.size else {name: np.zeros(0) for name in wanted}


def _numbers(file: TextIO, places: list[int]) -> npt.NDArray[np.float64]:
    """The columns at these places: ``[rows, columns]``. Raises ValueError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of no rows, which are told in our own words
        return np.loadtxt(file, delimiter=",", usecols=places, ndmin=2)


def _places(times_s: npt.NDArray[np.float64], path: Path) -> tuple[npt.NDArray[np.int64], float]:
    """The even place of each time, the first 0, and the period."""
    steps_s = np.diff(times_s)
    if not np.isfinite(times_s).all() or (steps_s <= 0).any():
        raise _bad(path, "its times do not rise from row to row")
    # The mean over what is not a gap: a median alone would carry the rounding of the file's decimals.
    usual = steps_s[steps_s < 1.5 * np.quantile(steps_s, 0.5, method="lower")]
    period_s = float(usual.mean())
    exact = (times_s - times_s[0]) / period_s
    if exact[-1] > _LONGEST:
        raise _bad(path, "it is longer than 200 million samples")
    places = np.rint(exact).astype(np.int64)
    if (np.abs(exact - places) > _UNEVEN).any() or (np.diff(places) == 0).any():
        raise _bad(path, "its times are not evenly spaced")
    return places, period_s


def _power(columns: Columns, path: Path) -> npt.NDArray[np.float64]:
    if "power_w" in columns:
        power_w = columns["power_w"]
    elif {"current_a", "voltage_v"} <= columns.keys():
        power_w = columns["current_a"] * columns["voltage_v"]
    else:
        raise _bad(path, "it tells no power: neither power_w, nor current_a and voltage_v")
    if not np.isfinite(power_w).any() or np.isinf(power_w).any():
        raise _bad(path, "its power is not made of numbers")
    return power_w


def _inputs(columns: Columns, path: Path) -> npt.NDArray[np.uint32]:
    inputs = columns.get("inputs", columns.get(_MARKER, np.zeros(1)))
    if not ((inputs >= 0) & (inputs < 2**32) & (inputs == np.floor(inputs))).all():
        raise _bad(path, "its digital inputs are not whole numbers from 0 on")
    return inputs.astype(np.uint32)


def _bad(path: Path, why: str) -> ThimbleError:
    return ThimbleError("bad-samples", f"{path} is no recording of a meter: {why}", _HINT)


def write_samples(
    path: Path,
    blocks: Iterable[Samples],
    period_s: float,
    after_block: Callable[[], None] = lambda: None,
    begin_s: float = 0.0,
) -> None:
    """Write the samples, beside and renamed in; the first is at `begin_s`. `after_block` is called between
    blocks and may raise.

    Raises ThimbleError ``cannot-write``.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(",".join(COLUMNS) + "\n")
            begun = 0
            for block in blocks:
                file.writelines(_rows(block, begun, period_s, begin_s))
                begun += len(block)
                after_block()
        os.replace(part, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def _rows(block: Samples, begun: int, period_s: float, begin_s: float) -> Iterable[str]:
    values: list[tuple[Any, ...]] = block.tolist()
    for place, (power_w, current_a, voltage_v, inputs) in enumerate(values, begun):
        yield f"{begin_s + place * period_s:.9g},{power_w:.7g},{current_a:.7g},{voltage_v:.7g},{inputs}\n"
