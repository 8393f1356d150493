"""Windows of inferences and the cycles of each layer: in the tables, the CSV file and the PDF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli.commands.bench import _csv
from core.report import collect, profile, tables
from core.report.csv_file import csv_text
from core.report.pdf import pdf_bytes
from tests.unit.report.sample_run import deploy_record, write_run


def layer(name: str, cycles: float, xip_cycles: float | None, share: float) -> dict[str, Any]:
    return {
        "name": name,
        "op": "Conv2D",
        "cycles": cycles,
        "xip_cycles": xip_cycles,
        "share": share,
        "predicted_cycles": 900,
    }


@pytest.fixture
def record() -> dict[str, Any]:
    """What a bench of a network whose second layer computes from flash tells."""
    deployed = deploy_record(runs=4)
    deployed["bench"] |= {
        "facts": {"clock_hz": 1000},
        "cycles": [900, 1000, 1000, 1000],
        "xip_cycles": [500, 100, 200, 300],
        "windows": {
            "window_s": 10.0,
            "warm_up": 4,
            "median_per_s": 2.5,
            "min_per_s": 2.4,
            "max_per_s": 2.6,
            "windows": [{"inferences": 25, "seconds": 10.0, "per_s": 2.5}],
        },
        "layers": [layer("conv", 600.4, 0.0, 0.5), layer("a,b", 399.6, 200.0, 0.5)],
        "profile": {"timing": "estimated", "runs": 4},
    }
    return deployed


def test_the_tables_tell_what_is_an_estimate(record: dict[str, Any]) -> None:
    bench = record["bench"]
    rows = {row[0]: row[1:] for row in tables.latency(bench)}
    assert rows["of the mean, waiting for the flash"][0] == "200 ms"  # of the inferences after the first
    assert rows["inferences per second"] == ["2.5", "cycle estimate, median of 1 windows of at least 10 s"]
    header, first, second = profile.layer_table(bench)
    assert header == [
        "layer",
        "operator",
        "cycles (est.)",
        "waiting for flash",
        "share",
        "predicted (est.)",
    ]
    assert first == ["conv", "Conv2D", "600", "0", "50.0 %", "900"]
    assert second[3] == "200"
    assert "leave waiting out" in profile.note(bench)


def test_measured_layers_are_called_so_and_have_no_column_for_what_nobody_knows(
    record: dict[str, Any],
) -> None:
    bench = record["bench"]
    bench["profile"]["timing"] = "measured"
    bench["layers"] = [layer("conv", 600.0, None, 1.0)]
    assert profile.layer_table(bench)[0] == [
        "layer",
        "operator",
        "cycles (measured)",
        "share",
        "predicted (est.)",
    ]


def test_the_report_has_them(record: dict[str, Any], tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    without = len(pdf_bytes(collect(run)))
    record["bench"]["layers"] *= 60  # more than a page of them
    (run / "deploy.json").write_text(json.dumps(record))
    report = collect(run)
    assert len(pdf_bytes(report)) > without
    lines = csv_text(report).splitlines()
    assert "window,1,rate,2.5,inferences/s,estimated" in lines
    assert 'profiled layer,"a,b",cycles waiting for the flash,200.0,cycles,estimated' in lines
    assert "profiled layer,conv,cycles,900,cycles,predicted" in lines


def test_the_file_of_bench_has_a_table_for_each(record: dict[str, Any]) -> None:
    series, windows, layers = _csv(record["bench"]).split("\n\n")
    assert series.splitlines()[0].startswith("inference,latency_s")
    assert windows.splitlines()[1] == "1,25,10.0,2.5,estimated"
    assert layers.splitlines()[2] == '"a,b",Conv2D,399.6,200.0,0.5,900,estimated'
