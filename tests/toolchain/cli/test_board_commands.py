"""The commands that build and run, on a small model and the virtual board."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from core.boards.reference import reference_outputs
from core.cli import main
from core.jobs.context import JobContext
from core.jobs.tasks import find_task
from tests.unit.cli.models import write_int8_tflite

pytestmark = pytest.mark.toolchain


@pytest.fixture
def tflite(tmp_path: Path) -> Path:
    return write_int8_tflite(tmp_path / "tiny.tflite")


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    status = main([str(argument) for argument in arguments])
    streams = capsys.readouterr()
    assert status == 0, streams.err
    return json.loads(streams.out)


VIRTUAL = ["virtual-pico", "virtual-nano"]


@pytest.mark.parametrize("board", VIRTUAL)
def test_build_tells_where_the_image_is_and_how_large(capsys, tflite, tmp_path, board):
    built = printed(capsys, "build", tflite, "--board", board, "--out", tmp_path / "out", "--json")
    plan = printed(capsys, "plan", tflite, "--board", board, "--json")
    assert Path(built["elf"]).read_bytes().startswith(b"\x7fELF")
    assert Path(built["image"]).parent == tmp_path / "out"
    assert built["predicted_flash_bytes"] == plan["flash"]["total"]
    assert built["predicted_sram_bytes"] == plan["sram"]["total"]
    assert abs(built["flash_bytes"] - built["predicted_flash_bytes"]) <= 0.05 * built["flash_bytes"]


@pytest.mark.parametrize("board", [*VIRTUAL, "host"])
def test_run_gives_the_references_bytes(capsys, tflite, tmp_path, board):
    x = np.random.default_rng(1).integers(-128, 128, (5, 4), np.int8)
    np.save(tmp_path / "x.npy", x)
    y = tmp_path / "made" / "y.npy"
    value = printed(
        capsys, "run", tflite, "--board", board, "--input", tmp_path / "x.npy", "--output", y, "--json"
    )
    outputs = np.load(y)
    assert outputs.dtype == np.int8
    assert outputs.shape == (5, 3)
    assert outputs.tobytes() == reference_outputs(tflite, x).tobytes()
    assert value["samples"] == 5
    if board in VIRTUAL:
        assert len(value["cycles"]) == len(value["instructions"]) == 5
        assert value["stack_bytes"] > 0
    else:
        assert value["cycles"] is None


@pytest.mark.parametrize("board", VIRTUAL)
def test_bench_is_verified_and_called_an_estimate(capsys, tflite, tmp_path, board):
    table = tmp_path / "bench.csv"
    value = printed(capsys, "bench", tflite, "--board", board, "--runs", "6", "--csv", table, "--json")
    assert value["verified"] is True
    assert (value["timing"], value["energy"]["source"]) == ("estimated", "estimated")
    assert value["mean_s"] == pytest.approx(np.mean(value["times_s"][1:]))
    assert value["std_s"] == pytest.approx(np.std(value["times_s"][1:], ddof=1))
    lines = table.read_text().splitlines()
    assert lines[0] == "inference,latency_s,timing,cycles,energy_j,energy_source,startup_s"
    assert [float(line.split(",")[1]) for line in lines[1:]] == value["times_s"]


def test_deploy_leaves_a_record_that_a_report_can_be_made_of(capsys, tflite, tmp_path):
    out = tmp_path / "out"
    value = printed(capsys, "deploy", tflite, "--board", "virtual-pico", "--out", out, "--json")
    assert value["verified"] is True
    report = printed(capsys, "report", out, "--pdf", tmp_path / "r.pdf", "--json")
    assert report["build"] == value["build"]
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("format_id", "example"), [("arduino", "examples/net/net_samples.c"), ("pico-sdk", "net_samples.c")]
)
def test_the_samples_of_an_export_are_the_references(capsys, tflite, tmp_path, format_id, example):
    out = tmp_path / "out"
    arguments = ("generate", tflite, "--out", out, "--format", format_id, "--name", "net", "--json")
    assert str(out / example) in printed(capsys, *arguments)["files"]
    text = (out / example).read_text()
    lists = [
        [int(n) for n in found.split(",") if n.strip()] for found in re.findall(r"= \{\n(.*?)\n\};", text)
    ]
    x, y = (np.array(values, np.int8).reshape(4, -1) for values in lists)
    assert reference_outputs(tflite, x).tobytes() == y.tobytes()


def test_the_windows_task_writes_the_same_files_as_the_command(capsys, tflite, tmp_path):
    task = find_task("export-code")
    given = {"model": str(tflite), "board": "virtual-pico", "format": "arduino", "name": "net"}
    result = task({**given, "out": str(tmp_path / "a")}, JobContext(lambda event: None))
    assert result == {"code": str(tmp_path / "a")}
    arguments = (
        "generate",
        tflite,
        "--out",
        tmp_path / "b",
        "--format",
        "arduino",
        "--name",
        "net",
        "--json",
    )
    for file in printed(capsys, *arguments)["files"]:
        assert (tmp_path / "a" / Path(file).relative_to(tmp_path / "b")).read_text() == Path(file).read_text()


def test_a_plan_says_that_sizes_with_another_compiler_are_estimates(capsys, tflite):
    arguments = ("plan", tflite, "--board", "virtual-nano", "--json")
    assert printed(capsys, *arguments)["sizes"] == "predicted"
    assert printed(capsys, *arguments, "--compiler", "gcc")["sizes"] == "estimated"
