"""What is chosen on the Live page becomes the parameters of a job, or one clear error before it starts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.bench import Source
from core.errors import ThimbleError
from core.flow.live_bench import LiveBench, places
from core.flow.open_run import OpenRun
from core.pi.address import PiAddress
from core.pi.board import PI
from core.report.bench_record import read_benches, record_bench


@pytest.fixture
def bench(tmp_path: Path) -> LiveBench:
    model = tmp_path / "net.tflite"
    model.write_bytes(b"a model")
    return LiveBench(OpenRun(tmp_path / "run", model, "digits"), "virtual-pico", runs=20)


def test_a_board_runs_the_deploy_job(bench: LiveBench, tmp_path: Path) -> None:
    bench.check()
    assert (bench.task, bench.timing, bench.metered) == ("deploy", Source.ESTIMATED, False)
    params = bench.params(tmp_path)
    assert (params["board"], params["runs"], params["data"]) == ("virtual-pico", 20, "digits")
    assert params["record"] == str(bench.run.folder), "reports are made from it"
    assert params.keys().isdisjoint({"meter", "windows", "port", "address", "recording"})
    more = replace(bench, place="pico", meter="replay:a.csv", port="SERIAL-1")
    assert more.timing is Source.MEASURED
    assert replace(more, pretended=True).timing is Source.ESTIMATED, "a program counts its cycles"
    told = {"meter": "replay:a.csv", "port": "SERIAL-1", "recording": str(tmp_path)}
    assert more.params(tmp_path).items() >= told.items()
    assert replace(bench, windows=5).params(tmp_path)["windows"] == 5


def test_a_pi_runs_its_own(bench: LiveBench) -> None:
    address = PiAddress("raspberrypi.local", "pi")
    on_pi = replace(bench, place=PI, pi=address, password="secret", engine="tflite")
    on_pi.check()
    assert on_pi.task == "pi-bench"
    params = on_pi.params(Path("work"))
    assert PiAddress.from_json(params["address"]) == address
    assert (params["engine"], params["password"]) == ("tflite", "secret")
    assert "board" not in params
    assert PI in places()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"runs": 1}, "too-few-runs"),
        ({"meter": "kettle"}, "unknown-meter"),
        ({"meter": "replay"}, "bad-meter"),
        ({"meter": "replay:a.csv", "windows": 5}, "windows-and-meter"),
        ({"place": PI}, "no-pi"),
        ({"place": PI, "pi": PiAddress("p", "pi"), "engine": "onnxruntime"}, "engine-reads-other"),
        ({"place": PI, "pi": PiAddress("p", "pi"), "engine": "keras"}, "engine-reads-keras"),
        ({"place": PI, "pi": PiAddress("p", "pi"), "engine": "abacus"}, "unknown-engine"),
    ],
)
def test_what_cannot_be_is_told_before_it_starts(
    bench: LiveBench, change: dict[str, object], code: str
) -> None:
    with pytest.raises(ThimbleError) as refused:
        replace(bench, **change).check()  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.hint


def test_a_model_that_is_gone_is_told(bench: LiveBench) -> None:
    bench.run.model.unlink()
    with pytest.raises(ThimbleError, match="no model"):
        bench.check()


def a_bench(board: str, engine: str, mean_s: float) -> dict[str, Any]:
    times = {"first_s": 0.1, "mean_s": mean_s, "std_s": 0.0, "stderr_s": 0.0, "times_s": [0.1, mean_s]}
    told = {"board": board, "engine": engine, "runs": 2, **times, "timing": "measured", "verified": True}
    return {**told, "energy": None, "timed": "disk-to-class"}


def test_results_are_kept_side_by_side_for_reports(bench: LiveBench) -> None:
    folder = bench.run.folder
    on_pi = replace(bench, place=PI, pi=PiAddress("raspberrypi.local", "pi"), engine="armnn")
    for mean_s in (0.02, 0.01):
        told = {**a_bench(PI, "xnnpack", mean_s), "asked_engine": "armnn"}
        record_bench(folder, on_pi.asked(), told)
    metered = replace(bench, meter="replay:a.csv")
    record_bench(folder, metered.asked(), a_bench("virtual-pico", "thimble-c", 0.5))
    kept = [(each["bench"]["board"], each["bench"]["mean_s"]) for each in read_benches(folder)]
    assert kept == [(PI, 0.01), ("virtual-pico", 0.5)], "the same again takes the place of the first"
    asked = [each["asked"] for each in read_benches(folder)]
    assert [each["meter"] for each in asked] == [None, "replay:a.csv"]
    assert [each["armnn_backend"] for each in asked] == ["CpuAcc", None]
    assert asked[0]["sha256"] == hashlib.sha256(b"a model").hexdigest()
