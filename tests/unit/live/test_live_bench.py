"""What is chosen on the Live page becomes the parameters of a job, or one clear error before it starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.bench import Source
from core.errors import ThimbleError
from core.flow.live_bench import LiveBench, places
from core.flow.open_run import OpenRun
from core.pi.address import PiAddress
from core.pi.board import PI


@pytest.fixture
def bench(tmp_path: Path) -> LiveBench:
    model = tmp_path / "net.tflite"
    model.write_bytes(b"a model")
    return LiveBench(OpenRun(tmp_path / "run", model, "digits"), "virtual-pico", runs=20)


def test_a_board_runs_the_deploy_job(bench: LiveBench) -> None:
    bench.check()
    assert (bench.task, bench.timing, bench.metered) == ("deploy", Source.ESTIMATED, False)
    params = bench.params()
    assert (params["board"], params["runs"], params["data"]) == ("virtual-pico", 20, "digits")
    assert params.keys().isdisjoint({"meter", "windows", "port", "address"})
    more = replace(bench, place="pico", meter="replay:a.csv", windows=5, port="SERIAL-1")
    assert more.timing is Source.MEASURED
    assert more.params().items() >= {"meter": "replay:a.csv", "windows": 5, "port": "SERIAL-1"}.items()


def test_a_pi_runs_its_own(bench: LiveBench) -> None:
    address = PiAddress("raspberrypi.local", "pi")
    on_pi = replace(bench, place=PI, pi=address, password="secret", engine="tflite")
    on_pi.check()
    assert on_pi.task == "pi-bench"
    params = on_pi.params()
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
