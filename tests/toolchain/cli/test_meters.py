"""`bench --meter`, from the command line to the energy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.meters.base import samples_of
from core.meters.samples_csv import read_samples, write_samples
from tests.unit.cli.models import write_int8_tflite
from tests.unit.meters.recordings import pulses

pytestmark = pytest.mark.toolchain


@pytest.fixture
def tflite(tmp_path: Path) -> Path:
    return write_int8_tflite(tmp_path / "tiny.tflite")


def test_a_replay_gives_measured_energy_and_a_report(capsys, tflite, tmp_path):
    marker = pulses(9, high=20, low=30)
    recorded = tmp_path / "recorded.csv"
    write_samples(recorded, [samples_of(np.where(marker, 0.08, 0.02), inputs=marker)], 1e-3)
    kept, table = tmp_path / "kept.csv", tmp_path / "bench.csv"
    given = ("--meter", f"replay:{recorded}", "--samples", kept, "--csv", table, "--json")
    status = main([str(a) for a in ("bench", tflite, "--board", "host", *given)])
    streams = capsys.readouterr()
    assert status == 0, streams.err
    value = json.loads(streams.out)
    energy = value["energy"]
    assert (value["runs"], energy["inferences"]) == (9, 8)  # as in Deutel et al.
    assert (energy["source"], energy["sync"], energy["of"]) == (
        "measured",
        "marker",
        "replay of recorded.csv",
    )
    assert energy["energy_j"] == pytest.approx(0.08 * 0.020, rel=1e-4)
    assert energy["above_idle_j"] == pytest.approx(0.06 * 0.020, rel=1e-4)
    assert energy["energy_std_j"] == pytest.approx(0, abs=1e-9)
    assert len(read_samples(kept).samples) == len(marker)
    lines = [line.split(",") for line in table.read_text().splitlines()[:10]]
    assert [line[4:6] for line in lines[1:]] == [["", ""]] * 9  # what was recorded is not of these
    assert "it is not of this run" in energy["note"]
    assert energy["note"] in table.read_text()
    assert "measured, not of this run" in table.read_text()
    assert energy["power_w"] == 0.08
    assert [float(line[6]) for line in lines[1:]] == [value["startup_s"], *[0.0] * 8]
    run = tmp_path / "run"
    run.mkdir()
    (run / "bench.json").write_text(streams.out)
    assert main(["report", str(run), "--pdf", str(tmp_path / "r.pdf")]) == 0


def test_a_meter_that_sees_no_marker_leaves_the_latencies(capsys, tflite, tmp_path):
    recorded = tmp_path / "recorded.csv"
    write_samples(recorded, [samples_of(np.full(500, 0.15), inputs=0)], 1e-3)
    status = main(["bench", str(tflite), "--board", "host", "--meter", f"replay:{recorded}", "--json"])
    streams = capsys.readouterr()
    assert status == 1
    assert streams.out, streams.err
    value = json.loads(streams.out)
    assert value["energy"] is None
    assert len(value["times_s"]) == 9
    assert value["meter"]["fault"]["code"] == "marker-missing"
    assert value["meter"]["trace"]["mean_w"][10] == pytest.approx(0.15)
    error = next(line for line in streams.err.splitlines() if line.startswith("error: "))
    assert "no energy" in error
    assert "hint: wire the board's marker pin" in streams.err
    assert "Traceback" not in streams.err
