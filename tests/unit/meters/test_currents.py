"""The reader's table and gaps, against ppk2_api taken sample by sample."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.unit.meters.fake_ppk2 import word

_FILE = Path(__file__).parents[3] / "core/meters/ppk2_reader/currents.py"


@pytest.fixture(scope="module")
def currents() -> ModuleType:
    spec = importlib.util.spec_from_file_location("currents_of_the_reader", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class _Port:
    baudrate = 0

    def close(self) -> None:
        pass


def meter(monkeypatch: pytest.MonkeyPatch) -> Any:
    """ppk2_api's meter on no port, with gains and offsets that differ from range to range."""
    from ppk2_api import ppk2_api

    monkeypatch.setattr(ppk2_api.serial, "Serial", lambda *_, **__: _Port())
    made = ppk2_api.PPK2_API("nowhere")
    made.current_vdd = 3300
    made.modifiers["O"] = {str(place): 10.0 + place for place in range(5)}
    made.modifiers["GI"] = {str(place): 1.0 + 0.01 * place for place in range(5)}
    return made


def raw(words: list[int]) -> bytes:
    return np.array(words, "<u4").tobytes()


def test_blocks_are_what_the_api_gives_sample_by_sample(
    currents: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(0)
    ranges = np.repeat([4, 3, 4, 4, 4, 2, 3], 600)  # changes inside blocks and between them
    levels_a = draw.uniform(0.01, 0.05, len(ranges))
    words = [word(a, n, 0, int(r)) for n, (a, r) in enumerate(zip(levels_a, ranges, strict=True))]
    one_by_one = np.array(meter(monkeypatch).get_samples(raw(words))[0]) * 1e-6
    stream = currents.Currents(meter(monkeypatch))
    data = raw(words)
    cuts = [0, 1, 3000, 7201, 9999, 12000, len(data)]  # in the middle of words too
    blocks = [stream.take(data[a:b], 0.0) for a, b in itertools.pairwise(cuts)]
    assert sum(block.lost for block in blocks) == 0
    together = np.concatenate([block.current_a for block in blocks])
    # The rolling averages remember 100 samples: 0.94**100 of what was before is left.
    assert together == pytest.approx(one_by_one, rel=2e-3, abs=1e-9)


def test_gaps_are_filled_where_they_are(currents: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = currents.Currents(meter(monkeypatch))
    kept = [*range(10), *range(14, 20), *range(25, 30)]
    block = stream.take(raw([word(0.02, n, n % 2) for n in kept]), 0.0)
    assert np.flatnonzero(np.isnan(block.current_a)).tolist() == [10, 11, 12, 13, 20, 21, 22, 23, 24]
    assert block.inputs[[9, 10, 13]].tolist() == [1, 1, 1]  # as it was before the gap
    later = stream.take(raw([word(0.02, 33, 0)]), 0.0)
    assert (later.lost, len(later.current_a)) == (3, 1)


def test_whole_laps_of_the_counter_are_told_by_the_clock(
    currents: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = currents.Currents(meter(monkeypatch))
    stream.take(raw([word(0.02, n, 0) for n in range(1000)]), 0.010)
    # 1 s later and one sample on by the counter: 100,000 less a lap are gone, not one.
    lost = stream.take(raw([word(0.02, 1001 + 64 * 5, 0)]), 1.010).lost
    assert lost == pytest.approx(100_000, abs=64)
    assert lost % 64 == 1
