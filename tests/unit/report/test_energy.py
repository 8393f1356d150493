"""Measured energy in words, tables and figures; an estimate is never called measured."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.bench import Energy, Measurement, Series, Source, Sync
from core.boards.agreement import Rule
from core.errors import ThimbleError
from core.meters.metering import Outcome
from core.meters.trace import trace_of
from core.report import energy, figures, tables
from core.report.collect import collect
from core.report.pdf import pdf_bytes
from core.report.rows import rows
from core.report.units import figures_with_spread
from tests.unit.meters.recordings import pulses, recording

MARKED = Energy(
    Source.MEASURED, 0.0794, 0.00397, "PPK2 at /dev/ttyACM1", Sync.MARKER, 0.0004, 0.07, 0.09, 0.00002, 2,
    left_out=1, lost=1500, supply_v=5.0, idle_w=0.06, above_idle_j=0.001, above_idle_std_j=0.00001,
    each_j=(0.00395, 0.00399), note="the voltage is taken to be 5 V, not measured",
)  # fmt: skip
CLOCKED = Energy(Source.MEASURED, 4.0, 0.2, "N6705C", Sync.CLOCK, inferences=2, lost=0)
ESTIMATED = Energy(Source.ESTIMATED, 0.085, 0.00425, "pico")


def bench(power: Energy | None, board: str = "pico", fault: ThimbleError | None = None) -> dict[str, Any]:
    measured = Measurement(
        board, "thimble-c", Series((0.06, 0.05, 0.0502)), Source.MEASURED, power, True, Rule.BYTES
    )
    marker = pulses(3, 50, 20)
    trace = trace_of(recording(np.where(marker, 0.08, 0.06), marker))
    asked = "" if power is ESTIMATED else "ppk2"
    return Outcome(measured, asked, fault, trace if asked else None).to_json()


def test_the_published_form() -> None:
    shown = energy.published_form(bench(MARKED))
    assert shown == [
        ["inferences", "latency (ms)", "power (mW)", "energy (mWs)"],
        ["2", "50.10 ± 0.14", "79.40 ± 0.40", "3.970 ± 0.020"],
    ]
    assert energy.published_form(bench(CLOCKED))[1][2:] == ["4000", "200"]


def test_how_it_was_measured_is_said() -> None:
    words = " ".join(energy.sentences(bench(MARKED)))
    for part in ("marker pin", "2 inferences", "lost: 1.", "1,500 samples", "taken to be 5 V"):
        assert part in words
    assert "mean over all inferences" in " ".join(energy.sentences(bench(CLOCKED)))
    assert list(energy.sentences(bench(ESTIMATED))) == []
    gone = ThimbleError("meter-failed", "the PPK2 at COM4 was unplugged", "plug it in")
    assert list(energy.sentences(bench(None, fault=gone))) == [
        "No energy was measured: the PPK2 at COM4 was unplugged. The latencies are complete."
    ]


def test_a_recording_does_not_stand_beside_the_inferences_of_this_run() -> None:
    replayed = dataclasses.replace(
        MARKED, inferences=3, of_this_run=False, each_j=None, note="not of this run"
    )
    told = bench(replayed)
    assert "Not of this run." in list(energy.sentences(told))
    assert energy.published_form(told)[1][0] == "2 (latency), 3 (energy)"
    assert energy.energies_j(told) == [None] * 3
    assert (energy.is_of_this_run(told), energy.is_of_this_run(bench(MARKED))) == (False, True)
    assert {line[2] for line in energy.rows(told["energy"])} == {
        "measured, not of this run, PPK2 at /dev/ttyACM1"
    }
    assert list(energy.sentences(bench(dataclasses.replace(replayed, source=Source.ESTIMATED)))) == [
        "The energy is an estimate: power measured with PPK2 at /dev/ttyACM1, times a latency of this run.",
        "Not of this run.",
    ]


def test_an_estimate_with_a_part_of_a_meter_says_so() -> None:
    half = Energy(Source.ESTIMATED, 0.5, 0.025, "N6705C", Sync.CLOCK, inferences=2)
    assert "that is an estimate itself" in " ".join(energy.sentences(bench(half)))
    assert energy.how(half.to_json()) == "estimate: power from N6705C, latency estimated"
    assert not energy.is_from_profile(half.to_json())
    played = dataclasses.replace(half, of_this_run=False)
    assert energy.how(played.to_json()) == "estimate: power from N6705C, not of this run"


def test_tables_name_the_meter_or_the_estimate() -> None:
    told = {line[0]: line[1:] for line in tables.latency(bench(MARKED))}
    assert told["power while computing"] == ["79.40 ± 0.40 mW", "measured, PPK2 at /dev/ttyACM1"]
    assert told["energy of one inference above idle"][0] == "1.000 ± 0.010 mJ"
    estimated = [line for line in tables.latency(bench(ESTIMATED)) if line[0] == "energy of one inference"]
    assert estimated == [["energy of one inference", "4.25 mJ", "estimate from the board's power profile"]]


@pytest.mark.parametrize(
    ("power", "each"),
    [
        (ESTIMATED, [0.085 * 0.06, 0.085 * 0.05, 0.085 * 0.0502]),
        (MARKED, [None, 0.00395, 0.00399]),
        (CLOCKED, [None, None, None]),
        (None, [None, None, None]),
    ],
)
def test_energies_of_single_inferences(power: Energy | None, each: list[float | None]) -> None:
    assert energy.energies_j(bench(power)) == each


def test_a_report_with_measured_power(tmp_path: Path) -> None:
    import json

    (tmp_path / "bench.json").write_text(json.dumps(bench(MARKED)))
    report = collect(tmp_path)
    assert pdf_bytes(report).startswith(b"%PDF")
    values = {(row.section, row.item, row.name): (row.value, row.source) for row in rows(report)}
    assert values["bench", "", "power of the idle board"] == (0.06, "measured")
    assert values["bench", "", "samples lost by the meter"] == (1500, "measured")
    assert values["bench", "", "synchronised by"] == ("marker", "measured")
    assert values["inference", "2", "energy"] == (0.00395, "measured")


def test_a_figure_of_what_was_lost() -> None:
    lost = recording([0.1, np.nan, 0.2, np.nan], [0, 1, 1, 0])
    trace = trace_of(lost)
    assert trace is not None
    assert trace["mean_w"] == [0.1, None, 0.2, None]
    assert figures.power_trace(trace, None).startswith(b"\x89PNG")
    assert trace_of(recording([])) is None


@pytest.mark.parametrize(
    ("value", "spread", "shown"),
    [
        (79.4, 0.4, "79.40 ± 0.40"),
        (12.345, 0.0123, "12.345 ± 0.012"),
        (1234.5, 99.7, "1234 ± 100"),
        (800.0, 400.0, "800 ± 400"),
        (30.0, 0.0, "30 ± 0"),
    ],
)
def test_a_value_has_the_decimals_of_its_spread(value: float, spread: float, shown: str) -> None:
    assert figures_with_spread(value, spread) == shown
