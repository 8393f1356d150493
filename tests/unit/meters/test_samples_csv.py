"""Recordings as CSV: written, read again, and each way of being broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ThimbleError
from core.meters.base import lost_samples, samples_of
from core.meters.samples_csv import read_samples, write_samples


def test_what_was_written_is_read(tmp_path: Path) -> None:
    blocks = [samples_of([0.1, 0.2], [0.02, 0.04], 5.0, [0, 3]), lost_samples(2), samples_of([0.3])]
    path = tmp_path / "power.csv"
    write_samples(path, blocks, 1e-5)
    played = read_samples(path)
    together = np.concatenate(blocks)
    assert played.period_s == pytest.approx(1e-5)
    assert played.has_inputs
    for name in ("power_w", "current_a", "voltage_v", "inputs"):
        assert np.array_equal(played.samples[name], together[name], equal_nan=name != "inputs")


def test_missing_rows_are_lost_samples_and_inputs_stay(tmp_path: Path) -> None:
    path = tmp_path / "power.csv"
    path.write_text("marker,time_s,power_w\n0,0.1,1\n1,0.2,2\n0,0.5,3\n")
    played = read_samples(path)
    assert played.period_s == pytest.approx(0.1)
    assert np.array_equal(played.samples["power_w"], [1, 2, np.nan, np.nan, 3], equal_nan=True)
    assert played.samples["inputs"].tolist() == [0, 1, 1, 1, 0]


def test_power_from_current_and_voltage(tmp_path: Path) -> None:
    path = tmp_path / "power.csv"
    path.write_text("time_s,current_a,voltage_v\n0,0.1,5\n1,0.2,5\n")
    played = read_samples(path)
    assert played.samples["power_w"] == pytest.approx([0.5, 1.0])
    assert not played.has_inputs


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no column time_s"),
        ("a,b\n1,2\n", "names no column time_s"),
        ("time_s,power_w\n", "fewer than two"),
        ("time_s,power_w\n0,1\n", "fewer than two"),
        ("time_s,power_w\n0,1\nx,2\n", "not made of numbers"),
        ("time_s,power_w\n0,1\n1\n", "not made of numbers"),
        ("time_s,marker\n0,1\n1,2\n", "tells no power"),
        ("time_s,power_w\n0,nan\n1,nan\n", "not made of numbers"),
        ("time_s,power_w\n0,1\n1,inf\n", "not made of numbers"),
        ("time_s,power_w\n1,1\n0,2\n", "do not rise"),
        ("time_s,power_w\n0,1\n0,2\n", "do not rise"),
        ("time_s,power_w\n0,1\nnan,2\n", "do not rise"),
        ("time_s,power_w\n0,1\n1,2\n1.5,2\n2.5,2\n", "not evenly spaced"),
        ("time_s,power_w\n0,1\n1e-9,2\n2e-9,2\n3,1\n", "longer than"),
        ("time_s,power_w,inputs\n0,1,-1\n1,2,0\n", "whole numbers"),
    ],
)
def test_what_is_no_recording(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "power.csv"
    path.write_text(text)
    with pytest.raises(ThimbleError, match=why) as caught:
        read_samples(path)
    assert caught.value.code == "bad-samples"
    assert "time_s,power_w" in caught.value.hint


def test_bytes_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "power.csv"
    with pytest.raises(ThimbleError) as caught:
        read_samples(path)
    assert caught.value.code == "missing-file"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(ThimbleError) as caught:
        read_samples(path)
    assert caught.value.code == "bad-samples"
    with pytest.raises(ThimbleError) as caught:
        read_samples(tmp_path)
    assert caught.value.code == "bad-samples"


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_samples(tmp_path / "power.csv", [samples_of([1.0])], 1.0, stop)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ThimbleError) as caught:
        write_samples(tmp_path / "no" / "power.csv", [], 1.0)
    assert caught.value.code == "cannot-write"
