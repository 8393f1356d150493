"""Measurements side by side: kept, replaced, and shown as the papers do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import ThimbleError
from core.paths import file_hash
from core.report import benches, collect, csv_file
from core.report.bench_record import BENCHES, Asked, read_benches, record_bench
from core.report.on_pi import sentences
from core.report.rows import rows


def _bench(engine: str, **more: Any) -> dict[str, Any]:
    return {
        "board": "pi",
        "engine": engine,
        "runs": 100,
        "first_s": 0.5,
        "mean_s": 0.004,
        "std_s": 0.001,
        "stderr_s": 0.0001,
        "times_s": [0.5, 0.004],
        "timing": "measured",
        "timed": "disk-to-class",
        "verified": True,
        "energy": None,
        "first_inference_s": 0.0213,
        "asked_engine": engine,
        "facts": {"threads": 4},
        "pi": {"where": "ada@pi", "title": "Raspberry Pi 4 Model B", "system": "Debian"},
        **more,
    }


def _asked(model: str, **more: Any) -> Asked:
    return Asked(model, "ab" * 32, **more)


def test_a_measurement_replaces_one_of_the_same_kind(tmp_path: Path) -> None:
    record_bench(tmp_path / "new", _asked("a.tflite"), _bench("xnnpack"))
    record_bench(tmp_path / "new", _asked("a.tflite"), _bench("tflite"))
    record_bench(tmp_path / "new", _asked("a.tflite"), _bench("xnnpack", mean_s=0.003))
    kept = read_benches(tmp_path / "new")
    assert [(each["bench"]["engine"], each["bench"]["mean_s"]) for each in kept] == [
        ("tflite", 0.004), ("xnnpack", 0.003),
    ]  # fmt: skip
    record_bench(tmp_path / "new", _asked("b.tflite"), _bench("xnnpack"))
    assert len(read_benches(tmp_path / "new")) == 3


@pytest.mark.parametrize(
    ("asked", "bench", "shown"),
    [
        ({"sha256": "cd" * 32}, {}, "SHA-256 cdcdcdcdcdcd"),
        ({"meter": "ppk2"}, {}, "meter ppk2"),
        ({"compiler": "gcc"}, {}, "compiler gcc"),
        ({"encoding": "dense"}, {}, "encoding dense"),
        ({"planner": "exact"}, {}, "planner exact"),
        ({"armnn_backend": "CpuRef"}, {}, "Arm NN backend CpuRef"),
        ({}, {"pi": {"where": "eve@pi", "title": "Raspberry Pi 4 Model B"}}, "Pi eve@pi"),
        ({}, {"warmup": 3}, "warm-up 3"),
        ({}, {"facts": {"threads": 1}}, "threads 1"),
    ],
)
def test_measurements_that_differ_stand_side_by_side(
    tmp_path: Path, asked: dict[str, Any], bench: dict[str, Any], shown: str
) -> None:
    first = _asked("a.tflite")
    record_bench(tmp_path, first, _bench("xnnpack"))
    for _ in range(2):
        record_bench(tmp_path, replace(first, **asked), _bench("xnnpack", **bench))
    kept = read_benches(tmp_path)
    assert len(kept) == 2
    told = [row[-1] for row in benches.inference_times(kept)[1:]]
    assert told[1] == f"from disk to class; {shown}"
    assert told[0] != told[1]


def test_every_table_tells_measurements_apart_and_marks_the_lesser_ones(tmp_path: Path) -> None:
    energy = {"source": "measured", "power_w": 3.7, "energy_j": 0.0148}
    played = {**energy, "of_this_run": False, "note": "recorded earlier"}
    record_bench(tmp_path, _asked("a.tflite", meter="ppk2"), _bench("xnnpack", energy=energy))
    lesser = _bench("xnnpack", energy=played, timed="inference", partial=True, verified=False)
    record_bench(tmp_path, _asked("a.tflite", meter="replay:p.csv"), lesser)
    kept = read_benches(tmp_path)
    assert [row[-1] for row in benches.energies(kept)[1:]] == [
        "measured; timed from disk to class; meter ppk2",
        "measured, not of this run; timed inference alone; meter replay:p.csv; not verified; partial",
    ]
    items = {row.item for row in rows(collect(tmp_path)) if row.section == "side by side"}
    assert items == {benches.title(record, kept) for record in kept}
    assert len(items) == 2
    told = {(row.item, row.name): (row.value, row.source) for row in rows(collect(tmp_path))}
    assert told[benches.title(kept[1], kept), "power"] == (3.7, "measured, not of this run")
    assert told[benches.title(kept[1], kept), "remarks"][0] == "not verified; partial"


def test_a_record_of_an_older_version_is_kept(tmp_path: Path) -> None:
    (tmp_path / BENCHES).write_text(json.dumps([{"model": "a.tflite", "bench": _bench("xnnpack")}]))
    record_bench(tmp_path, _asked("a.tflite"), _bench("xnnpack"))
    assert len(read_benches(tmp_path)) == 2


def test_a_model_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError) as caught:
        file_hash(tmp_path / "gone.tflite")
    assert caught.value.code == "missing-file"


def test_tables_of_the_papers(tmp_path: Path) -> None:
    energy = {
        "source": "measured",
        "power_w": 3.7,
        "energy_j": 0.0148,
        "inferences": 8,
        "energy_std_j": 0.001,
    }
    record_bench(tmp_path, _asked("runs/lenet/model.tflite"), _bench("xnnpack", energy=energy))
    stood_in = _bench("xnnpack", asked_engine="armnn", instead="Arm NN is not installed on the Pi")
    record_bench(tmp_path, _asked("runs/lenet/model.tflite"), stood_in)
    slow = _bench("tflite", verified=False, facts={"throttled": True}, throttled_by=["throttled"])
    record_bench(tmp_path, _asked("runs/lenet/model.tflite"), slow)
    report = collect(tmp_path)
    times = benches.inference_times(report.benches)
    assert times[1] == [
        "lenet/model.tflite", "Raspberry Pi 4 Model B", "xnnpack", "21.3", "4", "1", "0.1", "100",
        "from disk to class",
    ]  # fmt: skip
    assert times[2][2] == "xnnpack instead of armnn"
    assert times[3][8] == "from disk to class; not verified; throttled"
    heading, row = benches.energies(report.benches)
    assert heading[3:] == ["inferences", "latency (ms)", "power (mW)", "energy (mWs)", "source"]
    assert row[3:] == ["99 (latency), 8 (energy)", "4.0 ± 1.0", "3700", "14.8 ± 1.0", "measured"]
    told = " ".join(benches.notes(report.benches))
    assert "Arm NN is not installed on the Pi; xnnpack was measured instead" in told
    assert "slowed down by throttled" in told
    assert "xnnpack instead of armnn" in csv_file.csv_text(report)


def test_energies_need_a_power(tmp_path: Path) -> None:
    record_bench(tmp_path, _asked("a.tflite"), _bench("xnnpack"))
    assert benches.energies(read_benches(tmp_path)) == []


@pytest.mark.parametrize("content", ["[", "{}x", '[{"model": "a"}]', '[{"model": 1, "bench": {}}]', "[1]"])
def test_a_damaged_record_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / BENCHES).write_text(content)
    with pytest.raises(ThimbleError) as caught:
        collect(tmp_path)
    assert caught.value.code == "bad-run"


def test_what_a_pi_has_to_tell() -> None:
    told = " ".join(
        sentences(
            _bench(
                "xnnpack",
                load_s=0.02,
                inference={"mean_s": 0.003},
                disk_to_class={"mean_s": 0.004},
                partition={"parts": 2, "delegated": 5, "operators": 7, "refused": {"SOFTMAX": 2}},
                partial=True,
                agreement="classes",
                largest_difference=1.0,
                throttled_by=["under-voltage"],
                instead="Arm NN is not installed on the Pi",
                warmup=10,
            )
        )
    )
    for words in (
        "took 5 of 7 operators in 2 parts; not 2 × SOFTMAX",
        "under-voltage",
        "broke off",
        "21.3 ms",
        "10 more warmed the Pi up",
    ):
        assert words in told
    assert list(sentences({"board": "pico"})) == []
    assert json.dumps(told)


def test_xnnpack_that_takes_nothing_is_told_and_marked() -> None:
    whole = {
        "partial": False,
        "agreement": "bytes",
        "load_s": 0.02,
        "inference": {"mean_s": 0.003},
        "disk_to_class": {"mean_s": 0.004},
    }
    nothing = {"parts": 0, "delegated": 0, "operators": 7, "refused": {"SOFTMAX": 7}}
    plain, tflite = (
        _bench(engine, partition=nothing, throttled_by=None, **whole) for engine in ("xnnpack", "tflite")
    )
    told = " ".join(sentences(plain))
    assert "XNNPACK took none of the operators" in told
    assert "slowed down meanwhile is not known" in told
    assert "XNNPACK took nothing" in benches.marks(plain)
    assert "none of the operators" not in " ".join(sentences(tflite))
    assert "XNNPACK took nothing" not in benches.marks(tflite)
