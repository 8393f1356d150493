"""The meter's 32-bit words to currents, with ppk2_api's calibration and filter. See README.md."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

RATE_HZ = 100_000
#: A word: 14 bits of the converter, 3 of the range, 6 of a counter from bit 18, 8 digital inputs from bit 24.
_ADC_MASK = 0x3FFF
_RANGE_SHIFT, _RANGE_MASK = 14, 7
_COUNTER_SHIFT, _LAP = 18, 64
_INPUTS_SHIFT = 24
_RANGES = 5
#: So many samples give ppk2_api's rolling averages what they remember.
_REMEMBERED = 100
#: Less than that behind the clock is what waits in buffers.
_BEHIND_S = 0.1
_MICRO = 1e-6

Words = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Block:
    """`current_a` and `inputs` are ``[samples]``; `lost` samples are missing before them."""

    current_a: npt.NDArray[np.float32]
    inputs: npt.NDArray[np.uint8]
    lost: int


class Currents:
    """Takes the bytes of one stream, in pieces of any length."""

    def __init__(self, meter: Any) -> None:
        self._meter = meter
        self._table = _table(meter)
        self._rest = b""
        self._next_counter: int | None = None
        self._range: int | None = None
        self._began_s = 0.0
        self._counted = 0

    def take(self, data: bytes, now_s: float) -> Block:
        """The samples in `data`, which came at `now_s`."""
        data = self._rest + data
        whole = len(data) // 4 * 4
        self._rest = data[whole:]
        words: Words = np.frombuffer(data[:whole], "<u4")
        if not len(words):
            return Block(np.zeros(0, np.float32), np.zeros(0, np.uint8), 0)
        current_a = self._current(words)
        inputs = (words >> _INPUTS_SHIFT).astype(np.uint8)
        return self._with_gaps(words, current_a, inputs, now_s)

    def _current(self, words: Words) -> npt.NDArray[np.float32]:
        ranges = np.minimum((words >> _RANGE_SHIFT) & _RANGE_MASK, _RANGES - 1)
        steady = self._range is not None and bool((ranges == self._range).all())
        self._range = int(ranges[-1])
        # After a change the filter works on for a few samples: the block that follows is not steady for it.
        if not steady or getattr(self._meter, "after_spike", 0) > 0:
            return self._filtered(words)
        current: npt.NDArray[np.float32] = self._table[ranges, words & _ADC_MASK]
        current[-_REMEMBERED:] = self._filtered(words[-_REMEMBERED:])
        return current

    def _filtered(self, words: Words) -> npt.NDArray[np.float32]:
        self._meter.remainder = {"sequence": b"", "len": 0}
        microamperes, _ = self._meter.get_samples(words.astype("<u4").tobytes())
        return np.asarray(microamperes, np.float32)[: len(words)] * np.float32(_MICRO)

    def _with_gaps(
        self, words: Words, current_a: npt.NDArray[np.float32], inputs: npt.NDArray[np.uint8], now_s: float
    ) -> Block:
        """Fills gaps inside the block with NaN; what is missing before it is told in `lost`."""
        counters = ((words >> _COUNTER_SHIFT) & (_LAP - 1)).astype(np.int64)
        if self._next_counter is None:
            self._next_counter = int(counters[0])
            self._began_s = now_s - len(words) / RATE_HZ
        expected = np.concatenate([[self._next_counter], counters[:-1] + 1])
        missing = (counters - expected) % _LAP
        self._next_counter = int(counters[-1] + 1) % _LAP
        if missing.any():
            place = int(np.argmax(missing > 0))
            missing[place] += self._laps(now_s, len(words) + int(missing.sum()))
        lost = int(missing[0])
        self._counted += len(words) + int(missing.sum())
        inside = np.flatnonzero(missing[1:]) + 1
        if len(inside):
            at = np.repeat(inside, missing[inside])
            current_a = np.insert(current_a, at, np.nan)
            inputs = np.insert(inputs, at, inputs[at - 1])
        return Block(current_a, inputs, lost)

    def _laps(self, now_s: float, more: int) -> int:
        """Samples in whole laps of the counter that the clock says are missing as well."""
        behind = round((now_s - self._began_s) * RATE_HZ) - self._counted - more
        return behind // _LAP * _LAP if behind > _BEHIND_S * RATE_HZ else 0


def _table(meter: Any) -> npt.NDArray[np.float32]:
    """Amperes by range and converter value, without the filter: ``[5, 16384]``."""
    table = np.empty((_RANGES, _ADC_MASK + 1), np.float32)
    for number in range(_RANGES):
        _forget(meter)
        words = np.arange(_ADC_MASK + 1, dtype="<u4") | np.uint32(number << _RANGE_SHIFT)
        # One range, and nothing before it: the filter does not come into play.
        table[number] = meter.get_samples(struct.pack(f"<{len(words)}I", *words.tolist()))[0]
    _forget(meter)
    return table * np.float32(_MICRO)


def _forget(meter: Any) -> None:
    """The filter as if nothing had been measured yet."""
    meter.rolling_avg = meter.rolling_avg4 = meter.prev_range = None
    meter.consecutive_range_samples = meter.after_spike = 0
    meter.remainder = {"sequence": b"", "len": 0}
