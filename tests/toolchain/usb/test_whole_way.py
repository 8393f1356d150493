"""From the command line to a board on USB: a fake port and drive, the real image in the chip's emulator."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from _pytest.capture import CaptureResult

from codegen.targets.board import find_board
from core.boards.pretended_usb import PRETEND
from core.boards.reference import reference_outputs
from core.cli import main
from tests.fake_usb.faults import Fault, Step
from tests.fake_usb.hub import FakeUsb
from tests.fake_usb.programs import ChipProgram, Sketch
from tests.toolchain.usb.emulated_board import rp2040js_is_installed
from tests.unit.cli.models import write_int8_tflite

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals like these"),
]
NO_RP2040JS = pytest.mark.skipif(
    not rp2040js_is_installed(), reason="rp2040js is not installed (run.py test installs it)"
)


@pytest.fixture
def usb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeUsb]:
    with FakeUsb(tmp_path / "usb") as usb:
        monkeypatch.setenv(PRETEND, str(usb.file))
        yield usb.pumping()


@pytest.mark.parametrize("board", [pytest.param("pico", marks=NO_RP2040JS), "nano33ble"])
def test_devices_deploy_bench_and_run(
    usb: FakeUsb, board: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = usb.add(find_board(board), "A1", start=ChipProgram, foreign=Sketch)
    model = write_int8_tflite(tmp_path / "tiny.tflite")
    (found,) = [d for d in printed(capsys, "devices", "--json") if d["kind"] == "board"]
    assert (found["id"], found["where"]) == (board, str(fake.port.path))
    out = tmp_path / "out"
    status, streams = told(capsys, "deploy", model, "--board", board, "--out", out, "--json")
    deployed = json.loads(streams.out)
    assert (status, deployed["verified"], deployed["placed"]) == (0, True, "replaced-other")
    assert "is replaced: to bring it back" in streams.err
    assert deployed["bench"]["timing"] == "estimated"
    assert len(fake.flashed) == 1
    x = np.random.default_rng(1).integers(-128, 128, (5, 4), np.int8)
    np.save(tmp_path / "x.npy", x)
    y = tmp_path / "y.npy"
    options = ("--board", board, "--input", tmp_path / "x.npy", "--output", y, "--json")
    status, streams = told(capsys, "run", model, *options)
    assert (status, "runs this program already" in streams.err) == (0, True), streams.err
    assert np.load(y).tobytes() == reference_outputs(model, x).tobytes()
    assert len(fake.flashed) == 1  # it runs there already


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    status, streams = told(capsys, *arguments)
    assert status == 0, streams.err
    return json.loads(streams.out)


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, CaptureResult[str]]:
    status = main([str(argument) for argument in arguments])
    return status, capsys.readouterr()


def test_every_board_that_is_plugged_in_gets_one_build_and_one_may_fail(
    usb: FakeUsb, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Nano's chip is emulated without anything to install."""
    nano, model = find_board("nano33ble"), write_int8_tflite(tmp_path / "tiny.tflite")
    usb.add(nano, "A1", start=ChipProgram, foreign=Sketch)
    usb.add(nano, "B2", start=ChipProgram, foreign=Sketch, fault=Fault(Step.READ))
    ports = [str(board.port.path) for board in usb.boards]
    out = tmp_path / "out"
    status, streams = told(capsys, "deploy", model, "--board", nano.id, "--all", "--out", out, "--json")
    value = json.loads(streams.out)
    assert status == 1
    assert "1 of 2 boards failed" in streams.err
    lost = [line for line in streams.err.splitlines() if "is replaced: to bring it back" in line]
    assert len(lost) == 2
    assert all(port in "".join(lost) for port in ports)
    assert value["verified"] is False
    good, bad = value["boards"]
    assert (good["serial_number"], good["verified"], good["error"]) == ("A1", True, None)
    assert (bad["serial_number"], bad["verified"]) == ("B2", False)
    assert bad["error"]["code"] == "board-gone"
    assert value["bench"] == good["bench"]
    assert json.loads((out / "deploy.json").read_text())["boards"] == value["boards"]


def test_several_virtual_boards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = write_int8_tflite(tmp_path / "tiny.tflite")
    options = ("--board", "virtual-pico", "--count", "2", "--out", tmp_path / "out", "--json")
    value = printed(capsys, "deploy", model, *options)
    assert value["verified"] is True
    assert [board["title"][-1] for board in value["boards"]] == ["1", "2"]
    assert value["boards"][0]["bench"]["cycles"] == value["boards"][1]["bench"]["cycles"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--board", "virtual-pico", "--all"], 1),
        (["--board", "host", "--count", "2"], 1),
        (["--board", "pico", "--all"], 1),
        (["--board", "pico", "--all", "--port", "COM3"], 2),
        (["--board", "virtual-pico", "--count", "0"], 2),
    ],
)
def test_boards_that_cannot_be_meant(
    usb: FakeUsb, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], status: int
) -> None:
    model = write_int8_tflite(tmp_path / "tiny.tflite")
    assert main(["deploy", str(model), *options]) == status
    assert "error: " in capsys.readouterr().err
