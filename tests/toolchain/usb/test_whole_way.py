"""From the command line to a board on USB: a fake port and drive, the real image in the chip's emulator."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from codegen.targets.board import find_board
from core.boards.pretended_usb import PRETEND
from core.boards.reference import reference_outputs
from core.cli import main
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
    deployed = printed(capsys, "deploy", model, "--board", board, "--out", out, "--json")
    assert deployed["verified"] is True
    assert deployed["bench"]["timing"] == "estimated"
    assert len(fake.flashed) == 1
    x = np.random.default_rng(1).integers(-128, 128, (5, 4), np.int8)
    np.save(tmp_path / "x.npy", x)
    y = tmp_path / "y.npy"
    printed(capsys, "run", model, "--board", board, "--input", tmp_path / "x.npy", "--output", y, "--json")
    assert np.load(y).tobytes() == reference_outputs(model, x).tobytes()
    assert len(fake.flashed) == 1  # it runs there already


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    status = main([str(argument) for argument in arguments])
    streams = capsys.readouterr()
    assert status == 0, streams.err
    return json.loads(streams.out)
