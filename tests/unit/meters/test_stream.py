"""The file of samples, while it grows; its statistics are those of all raw samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ThimbleError
from core.meters import stream
from core.meters.base import MeterInfo, samples_of
from core.meters.stream import SampleReader, SampleWriter

INFO = MeterInfo("a meter", 1e-3, marker_input=2)


def written(folder: Path, power_w: np.ndarray) -> SampleReader:
    with SampleWriter(folder, INFO) as writer:
        writer.add(samples_of(power_w, 0.5, 2.0, 4))
    return SampleReader(folder)


def test_a_reader_sees_whole_samples_while_they_come(tmp_path: Path) -> None:
    with SampleWriter(tmp_path, INFO) as writer:
        reader = SampleReader(tmp_path)
        assert (reader.count, reader.info) == (0, INFO)
        writer.add(samples_of([1.0, np.nan]))
        assert reader.count == 2
        with (tmp_path / "samples.raw").open("ab") as file:
            file.write(b"half")
        assert reader.count == 2
        assert reader.read(0, 10)["power_w"][0] == 1.0
        assert (writer.count, writer.lost) == (2, 1)


@settings(max_examples=30)
@given(st.lists(st.one_of(st.floats(0, 100, width=32), st.just(float("nan"))), max_size=40), st.data())
def test_statistics_of_a_window(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], data: st.DataObject
) -> None:
    power_w = np.array(values, np.float32)
    begin = data.draw(st.integers(0, len(values)))
    end = data.draw(st.integers(0, len(values)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "BLOCK", 7)  # in several pieces
        reader = written(tmp_path_factory.mktemp("r"), power_w)
        found = reader.statistics(begin, end)
        envelope = reader.envelope(begin, end, 5)
    window = power_w[begin:end].astype(np.float64)
    known = window[~np.isnan(window)]
    assert (found.samples, found.lost) == (len(window), len(window) - len(known))
    if len(known):
        assert (found.min_w, found.max_w) == (known.min(), known.max())
        assert found.mean_w == pytest.approx(known.mean())
        assert found.std_w == pytest.approx(known.std(), abs=1e-9)
        assert found.energy_j == pytest.approx(known.mean() * len(window) * 1e-3)
        assert np.nanmin(envelope.min_w) == np.float32(known.min())
        assert np.nanmax(envelope.max_w) == np.float32(known.max())
    else:
        assert np.isnan(found.mean_w)
    assert len(envelope.time_s) <= 5


def test_an_envelope_has_equal_pieces(tmp_path: Path) -> None:
    envelope = written(tmp_path, np.array([1, 2, 3, np.nan, np.nan, np.nan, 7], np.float32)).envelope(
        0, None, 3
    )
    assert envelope.min_w[[0, 2]].tolist() == [1, 7]
    assert envelope.mean_w[0] == 2
    assert np.isnan(envelope.max_w[1])
    assert envelope.time_s == pytest.approx([0.0015, 0.0045, 0.0065])


def test_no_recording(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError) as caught:
        SampleReader(tmp_path)
    assert caught.value.code == "no-samples"


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    (tmp_path / "samples.raw").symlink_to("/dev/full")
    with SampleWriter(tmp_path, INFO) as writer, pytest.raises(ThimbleError) as caught:
        writer.add(samples_of([1.0]))
    assert caught.value.code == "cannot-write"
