"""The Power Profiler Kit II, against one on a pseudo-terminal; its reader is the real process."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import ThimbleError
from core.meters.base import NO_SAMPLES, Opened, Samples
from core.meters.ppk2 import READER, Ppk2Meter, Ppk2Options, Supply, find_ppk2
from tests.unit.meters.fake_ppk2 import FakePpk2

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")

_WAIT_S = 60.0


@pytest.fixture(scope="module")
def kit() -> Iterator[FakePpk2]:
    with FakePpk2() as kit:
        yield kit


@pytest.fixture(scope="module")
def measuring(kit: FakePpk2) -> Iterator[Ppk2Meter]:
    meter = Ppk2Meter(Ppk2Options(port=kit.port, voltage=3.3, mode=Supply.SOURCE))
    with Opened(meter) as info:
        assert (info.marker_input, info.period_s) == (0, 1e-5)
        assert "set to 3.3 V, not measured" in info.note
        meter.start()
        assert kit.measuring.wait(_WAIT_S)
        yield meter


def read(meter: Ppk2Meter, count: int) -> Samples:
    """The next `count` samples."""
    samples = NO_SAMPLES
    deadline_s = time.monotonic() + _WAIT_S
    while len(samples) < count:
        assert time.monotonic() < deadline_s, f"{len(samples)} of {count} samples came"
        samples = np.concatenate([samples, meter.read()])
    assert len(samples) == count
    return samples


def test_it_measures_currents_inputs_and_losses(kit: FakePpk2, measuring: Ppk2Meter) -> None:
    # In one piece: after a loss, the clock says how many samples are missing, and this machine may be slow.
    kit.send([*kit.samples(300, 0.030), *kit.samples(300, 0.045, inputs=1), *kit.after_loss(5, 10, 0.030)])
    samples = read(measuring, 615)
    # 30 mA and 45 mA within a step of the converter (1 mA in the range of 0.043 Ω)
    assert samples["current_a"][:300] == pytest.approx(0.030, abs=6e-4)
    assert samples["current_a"][350:600] == pytest.approx(0.045, abs=6e-4)
    assert samples["power_w"] == pytest.approx(3.3 * samples["current_a"], rel=1e-6, nan_ok=True)
    assert samples["inputs"][:600].tolist() == [0] * 300 + [1] * 300
    assert np.isnan(samples["power_w"]).tolist() == [False] * 600 + [True] * 5 + [False] * 10
    assert kit.millivolts == (3 + (3300 - 800 + 32) // 256, (3300 - 800 + 32) % 256)


def test_unplugging_it_is_told(measuring: Ppk2Meter, kit: FakePpk2) -> None:
    kit.unplug()
    with pytest.raises(ThimbleError, match="was unplugged") as caught:
        read(measuring, 1)
    assert "check the cable" in caught.value.hint


def test_what_does_not_answer_is_no_ppk2() -> None:
    with (
        FakePpk2(answers=False) as kit,
        pytest.raises(ThimbleError, match="does not answer as a PPK2"),
        Opened(Ppk2Meter(Ppk2Options(port=kit.port))),
    ):
        pass


def test_a_port_that_is_not_there_or_is_in_use() -> None:
    with pytest.raises(ThimbleError) as caught, Opened(Ppk2Meter(Ppk2Options(port="/dev/ttyNONE"))):
        pass
    assert caught.value.code == "meter-gone"
    import serial

    with FakePpk2() as kit:
        taken = serial.Serial(kit.port, exclusive=True)
        try:
            with pytest.raises(ThimbleError) as caught, Opened(Ppk2Meter(Ppk2Options(port=kit.port))):
                pass
        finally:
            taken.close()
    assert caught.value.code == "port-busy"


def test_closing_it_stops_the_stream() -> None:
    with FakePpk2(rate_hz=100_000) as kit:
        meter = Ppk2Meter(Ppk2Options(port=kit.port))
        with Opened(meter):
            meter.start()
            assert kit.measuring.wait(_WAIT_S)
        deadline_s = time.monotonic() + _WAIT_S
        while kit.measuring.is_set():
            assert time.monotonic() < deadline_s
            time.sleep(0.01)


def test_a_reader_that_dies_is_told() -> None:
    with FakePpk2() as kit:
        meter = Ppk2Meter(Ppk2Options(port=kit.port), (sys.executable, "-c", "print('{\"ready\": true}')"))
        with Opened(meter), pytest.raises(ThimbleError, match="that reads the PPK2 at"):
            read(meter, 1)


def test_it_is_found_by_its_usb_identity() -> None:
    def port(device: str, vid: int, pid: int, serial_number: str) -> SimpleNamespace:
        return SimpleNamespace(device=device, vid=vid, pid=pid, serial_number=serial_number, product="PPK2")

    ports = [
        port("/dev/ttyACM2", 0x1915, 0xC00A, "AAA"),
        port("/dev/ttyACM1", 0x1915, 0xC00A, "AAA"),
        port("/dev/ttyACM3", 0x1915, 0xC00A, "BBB"),
        port("/dev/ttyACM0", 0x2E8A, 0x000A, "a Pico"),
    ]
    assert [found.where for found in find_ppk2(lambda: ports)] == ["/dev/ttyACM1", "/dev/ttyACM3"]


def test_the_reader_imports_nothing_of_ours() -> None:
    assert "MIT License" in (READER / "LICENSE").read_text()
    for source in READER.glob("*.py"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(source.read_text()))
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }
        assert not imported & {"core", "codegen", "gui"}, source
