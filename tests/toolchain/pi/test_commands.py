"""From the command line to the report, and what is kept of a run that breaks off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli import main
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Event, Partial
from core.jobs.tasks.pi import check
from core.jobs.tasks.pi_bench import _result, bench
from core.meters.metering import NO_METER
from core.pi.connection import connection_lost, host_key
from core.pi.engines import find_engine
from core.pi.events import PiInference
from core.pi.host_keys import KeyState
from core.pi.known import known_pis
from core.pi.measuring import Answered
from core.pi.preparing import Prepared
from core.pi.run import PiRun
from core.report import collect
from core.report.benches import energies, inference_times
from tests.toolchain.boards.tflite_model import write_classifier
from tests.toolchain.pi.delegate import Build
from tests.toolchain.pi.loopback import Loopback, all_gone
from tests.toolchain.pi.samples import ENDLESS, Sample, nobody_listens
from tests.unit.codegen.onnx_models import OnnxModel
from tests.unit.meters.test_sensors import chip

Json = dict[str, Any]


@pytest.fixture
def options(pi: Loopback) -> list[str]:
    address = pi.address
    host = f"{address.host}:{address.port}"
    key = str(address.key_file)
    return ["--host", host, "--user", address.user, "--key", key, "--folder", str(pi.pi_folder)]


def test_bench_deploy_and_report(pi: Loopback, options: list[str], tmp_path: Path, capsys: Any) -> None:
    model, record = str(write_classifier(tmp_path / "digits.tflite")), str(tmp_path / "record")
    csv, data = tmp_path / "times.csv", str(tmp_path / "pictures.npz")
    x, y = np.random.default_rng(0).integers(0, 256, (30, 28, 28, 1), np.uint8), np.arange(30) % 10
    np.savez(data, x_train=x, y_train=y, x_test=x, y_test=y)
    asked = ["bench", model, "--board", "pi", *options, "--data", data, "--runs", "12"]
    more = ["--accept-host-key", pi.fingerprint, "--json", "--csv", str(csv), "--record", record]
    assert main([*asked, *more]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["board"], told["engine"], told["runs"]) == ("pi", "xnnpack", 12)
    assert (told["timing"], told["timed"], told["verified"]) == ("measured", "disk-to-class", True)
    assert told["energy"] is None  # no power is known of this computer
    assert told["first_s"] == pytest.approx(told["load_s"] + told["first_inference_s"])
    assert told["inference"]["mean_s"] < told["disk_to_class"]["mean_s"] == told["mean_s"]
    assert told["samples_as"] == "pictures"
    assert len(csv.read_text().splitlines()) == 13
    assert known_pis()[0].address == pi.address

    # the Pi that was used last; a float model, whose engine is known by its file; the engine alone
    onnx = str(_float_onnx(tmp_path))
    again = ["bench", onnx, "--board", "pi", "--timed", "inference", "--data", data, "--runs", "3"]
    assert main([*again, "--record", record]) == 0
    assert "onnxruntime" in capsys.readouterr().out
    assert main(["report", record, "--json", "--pdf", str(tmp_path / "report.pdf")]) == 0
    benches = [each["bench"] for each in json.loads(capsys.readouterr().out)["benches"]]
    _require_times_in_table(record, [told, benches[1]])
    assert not energies(collect(Path(record)).benches)
    assert [bench["engine"] for bench in benches] == ["xnnpack", "onnxruntime"]
    float_bench = benches[1]
    assert (float_bench["timed"], float_bench["reference"]) == ("inference", "onnxruntime")
    assert (float_bench["verified"], float_bench["samples_as"]) == (True, "pictures")
    assert float_bench["partition"] is None
    assert "onnxruntime" in float_bench["facts"]["tools"]
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")

    out = tmp_path / "deployed"
    assert main(["deploy", model, "--board", "pi", "--out", str(out), "--json"]) == 0
    deployed = json.loads(capsys.readouterr().out)
    assert deployed["verified"]
    assert json.loads((out / "deploy.json").read_text())["bench"]["board"] == "pi"


def _require_times_in_table(record: str, benches: list[Json]) -> None:
    """Paper B's columns are computed anew from the single times."""
    rows = _named(inference_times(collect(Path(record)).benches))
    assert len(rows) == len(benches)
    for row, told in zip(rows, benches, strict=True):
        warm_ms = 1e3 * np.array(told["times_s"][1:])
        std_ms = warm_ms.std(ddof=1)
        for heading, value in {
            "first (ms)": 1e3 * told["first_inference_s"],
            "mean (ms)": warm_ms.mean(),
            "std (ms)": std_ms,
            "stderr (ms)": std_ms / np.sqrt(len(warm_ms)),
            "N": len(warm_ms) + 1,
        }.items():
            assert float(row[heading]) == pytest.approx(value, rel=1e-3)
        assert (row["where"], row["engine"]) == (told["pi"]["title"], told["engine"])


def _named(table: list[list[str]]) -> list[dict[str, str]]:
    heading, *rows = table
    return [dict(zip(heading, row, strict=True)) for row in rows]


def _float_onnx(folder: Path) -> Path:
    """Channels first, as PyTorch writes it."""
    model = OnnxModel((1, 1, 28, 28)).conv(2, 1, strides=[2, 2]).add("Relu").add("Flatten")
    return model.gemm(10, 2 * 13 * 13).add("Softmax").write(folder)


def test_run(pi: Loopback, sample: Sample, options: list[str], tmp_path: Path, capsys: Any) -> None:
    """Of one sample, fewer than a measurement has."""
    x, y = tmp_path / "x.npy", tmp_path / "y.npy"
    np.save(x, sample.files.x[:1])
    files = ["--input", str(x), "--output", str(y)]
    asked = ["run", str(sample.model), "--board", "pi", *options, *files]
    assert main([*asked, "--accept-host-key", pi.fingerprint, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"samples": 1, "cycles": None, "instructions": None, "stack_bytes": None}
    assert (np.load(y) == sample.question.reference[:1]).all()


def test_looking_at_a_pi_and_forgetting_it(pi: Loopback, options: list[str], capsys: Any) -> None:
    assert main(["pi", "check", *options, "--accept-host-key", pi.fingerprint, "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert checked["fits"]
    assert [check["name"] for check in checked["checks"]] == ["architecture", "C library", "Python", "disk"]
    assert main(["pi", "setup", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["already"]
    assert main(["pi", "forget", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "where": pi.address.where, "key": True, "password": False, "name": True,
    }  # fmt: skip
    assert host_key(pi.address).state is KeyState.UNKNOWN


def _checked(pi: Loopback, engine: str, folder: Path | None = None) -> Json:
    address = replace(pi.address, folder=str(folder or pi.pi_folder))
    params = {"address": address.to_json(), "accept_host_key": pi.fingerprint, "engine": engine}
    return check(params, JobContext(nobody_listens))


def test_a_full_disk_is_no_matter_for_a_pi_that_is_set_up(pi: Loopback) -> None:
    pi.program("df", "echo Filesystem; echo x 1000000 900000 100000 90% /")
    try:
        assert _checked(pi, "xnnpack")["fits"]
        assert not _checked(pi, "xnnpack", pi.folder / "other")["fits"]
    finally:
        (pi.folder / "bin" / "df").unlink()


@pytest.mark.usefixtures("no_armnn")
def test_arm_nn_is_only_ready_with_its_delegate(
    pi: Loopback, sample: Sample, options: list[str], build: Build, capsys: Any
) -> None:
    """Set up, looked at and measured: without it XNNPACK runs, and says so; what is named once is kept."""
    engine = [*options, "--engine", "armnn", "--accept-host-key", pi.fingerprint]
    assert main(["pi", "setup", *engine]) == 1
    told = capsys.readouterr()
    assert "Arm NN is not installed on the Pi" in told.err
    assert "--armnn-archive" in told.err
    assert "is ready" not in told.out
    delegate = _checked(pi, "armnn")["checks"][-1]
    assert (delegate["name"], delegate["found"]) == ("Arm NN", "not installed")
    assert "--armnn-archive" in delegate["problem"]["hint"]

    bench = ["bench", str(sample.model), "--board", "pi", *engine, "--runs", "4", "--no-telemetry", "--json"]
    assert main([*bench, "--warmup", "3"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["engine"], told["asked_engine"], told["telemetry"]) == ("xnnpack", "armnn", [])
    assert "not installed" in told["instead"]
    assert (told["runs"], told["warmup"], len(told["times_s"])) == (4, 3, 4)
    assert told["first_s"] == pytest.approx(told["load_s"] + told["first_inference_s"])

    library = str(build())
    assert main(["pi", "setup", *engine, "--armnn-library", library, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["delegate"] == library
    there = {"name": "Arm NN", "found": library, "problem": None}
    assert _checked(pi, "armnn")["checks"][-1] == there
    assert main(bench) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["engine"], told["asked_engine"], told["instead"]) == ("armnn", "armnn", None)


def test_what_is_told_before_anything_is_sent(
    own_folders: None, sample: Sample, options: list[str], capsys: Any
) -> None:
    model = str(sample.model)
    for arguments, status, words in (
        (["--board", "pi"], 1, "--host"),
        (["--board", "pi", *options, "--engine", "tpu"], 2, "there is no engine 'tpu'"),
        (["--board", "pi", *options, "--engine", "onnxruntime"], 1, "reads .onnx files, not tiny.tflite"),
        (["--board", "pi", *options, "--engine", "keras"], 1, "reads .keras files, not tiny.tflite"),
        (["--board", "pi", "--host", "a b"], 1, "is no address"),
        (["--board", "pi", *options[:-1], "../up"], 1, "is no folder"),
    ):
        assert main(["bench", model, *arguments]) == status
        assert words in capsys.readouterr().err


def test_a_sensor_of_the_pi_measures_its_energy(
    pi: Loopback, sample: Sample, options: list[str], tmp_path: Path, capsys: Any
) -> None:
    chip(tmp_path, "hwmon1", "ina226", "5000", "812", "4060000")
    asked = ["bench", str(sample.model), "--board", "pi", *options, "--accept-host-key", pi.fingerprint]
    record = tmp_path / "record"
    metered = ["--runs", "400", "--meter", f"ina2xx:root={tmp_path},rate=200", "--record", str(record)]
    assert main([*asked, *metered, "--json"]) == 0
    bench = json.loads(capsys.readouterr().out)
    energy = bench["energy"]
    assert (energy["source"], energy["sync"]) == ("measured", "clock")
    assert energy["of"] == "INA226 (hwmon1) of the Raspberry Pi"
    assert energy["power_w"] == pytest.approx(4.06)
    (row,) = _named(energies(collect(record).benches))
    latency_ms, power_mw, energy_mws = (
        float(row[heading].partition(" ± ")[0]) for heading in ("latency (ms)", "power (mW)", "energy (mWs)")
    )
    mean_ms = 1e3 * np.mean(bench["times_s"][1:])
    assert latency_ms == pytest.approx(mean_ms, rel=0.1, abs=0.1)  # rounded to its spread
    assert power_mw == pytest.approx(4060)
    assert energy_mws == pytest.approx(4.06 * mean_ms, rel=0.1)


def test_a_single_inference_is_kept(prepared: Prepared, sample: Sample) -> None:
    """Of one there are no statistics."""
    only = PiInference(0, 0.02, 0.01, 1, np.zeros(3, np.int8))
    run = PiRun(inferences=[only], error=connection_lost(prepared.connection.address))
    answered, engine = Answered(find_engine("xnnpack"), run, threads=1), find_engine("xnnpack")
    with pytest.raises(ThimbleError) as caught:
        _result({"model": "single.tflite"}, prepared, sample.question, answered, engine, NO_METER)
    kept = Path(caught.value.hint.rpartition(" in ")[2])
    told: Json = json.loads(kept.read_text())
    assert kept.name.endswith("-single.json")
    assert (told["bench"]["runs"], told["bench"]["first_inference_s"]) == (1, 0.02)
    assert told["bench"]["partial"]


def test_a_run_that_breaks_off_is_kept_and_marked(pi: Loopback, sample: Sample, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", sample.files.x)

    def drop(event: Event) -> None:
        if isinstance(event, Partial) and event.kind == "inference" and event.data["index"] == 30:
            pi.drop()

    params = {
        "address": pi.address.to_json(),
        "accept_host_key": pi.fingerprint,
        "model": str(sample.model),
        "input": str(tmp_path / "x.npy"),
        "engine": "xnnpack",
        "runs": ENDLESS,
    }
    with pytest.raises(ThimbleError) as caught:
        bench(params, JobContext(drop))
    assert caught.value.code == "connection-lost"
    assert "are kept, marked as partial, in " in caught.value.hint
    kept: Json = json.loads(Path(caught.value.hint.rpartition(" in ")[2]).read_text())
    assert kept["bench"]["partial"]
    assert kept["bench"]["runs"] > 30
    assert kept["ended_by"]["code"] == "connection-lost"
    assert all_gone(pi.pi_folder)
