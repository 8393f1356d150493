"""The file of samples, while it grows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ThimbleError
from core.meters import stream
from core.meters.base import MeterInfo, samples_of
from core.meters.stream import SampleReader, SampleWriter

INFO = MeterInfo("a meter", 1e-3, marker_input=2)


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


def test_a_window_comes_in_blocks_and_is_cut_to_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BLOCK", 3)
    with SampleWriter(tmp_path, INFO) as writer:
        writer.add(samples_of(np.arange(10.0)))
    blocks = [block["power_w"].tolist() for block in SampleReader(tmp_path).blocks(5, 99)]
    assert blocks == [[5, 6, 7], [8, 9]]


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
