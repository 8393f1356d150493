"""Samples that come before anybody wants them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.meters.base import NO_SAMPLES, MeterInfo, samples_of
from core.meters.keeping import ASKED, BEFORE_S, Keeper
from core.meters.stream import SampleReader, SampleWriter

_INFO = MeterInfo("a meter", BEFORE_S / 10)


def numbered(begin: int, end: int) -> np.ndarray:
    return samples_of(np.arange(begin, end))


def test_what_nobody_asked_for_is_dropped_but_for_the_last_second(tmp_path: Path) -> None:
    with SampleWriter(tmp_path, _INFO) as writer:
        keeper = Keeper(writer, _INFO, tmp_path, waits=True)
        for begin in range(0, 400, 4):
            keeper.add(numbered(begin, begin + 4))
            assert sum(map(len, keeper._waiting)) < 10 + 4
        assert (writer.count, keeper.came, keeper.dropped) == (0, 400, 388)
        (tmp_path / ASKED).touch()
        keeper.add(NO_SAMPLES)  # also where the meter gives none any more
        assert writer.count == 12
        (tmp_path / ASKED).unlink()
        keeper.add(numbered(400, 401))
    assert SampleReader(tmp_path).read()["power_w"].tolist() == list(range(388, 401))


def test_a_slow_meter_keeps_its_last_reading(tmp_path: Path) -> None:
    info = MeterInfo("a meter", 10.0)
    with SampleWriter(tmp_path, info) as writer:
        keeper = Keeper(writer, info, tmp_path, waits=True)
        for place in range(3):
            keeper.add(numbered(place, place + 1))
        assert (keeper.came, keeper.dropped) == (3, 2)


@pytest.mark.parametrize(("live", "waits"), [(False, True), (True, False)])
def test_what_is_played_and_what_is_recorded_on_its_own_is_kept_at_once(
    tmp_path: Path, live: bool, waits: bool
) -> None:
    info = MeterInfo("a meter", 1e-3, live=live)
    with SampleWriter(tmp_path, info) as writer:
        Keeper(writer, info, tmp_path, waits).add(numbered(0, 5))
        assert writer.count == 5
