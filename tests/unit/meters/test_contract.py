"""What every kind of meter keeps to, with a stand-in of each: a new kind needs a line in `STAND_INS`."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest

from core.meters.base import SAMPLE, PowerMeter, Samples
from core.meters.choice import parse_meter
from core.meters.registry import METERS
from tests.unit.meters.fake_ppk2 import FakePpk2
from tests.unit.meters.test_joulescope import Device
from tests.unit.meters.test_sensors import PMIC, chip

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

#: Ten times what a call may wait, and less than any of these stand-ins takes from one sample to the next.
_CALL_S = 1.0
_SIMULATED = f"visa={Path(__file__).parent / 'n6705.yaml'}@sim"
_INSTRUMENT = f"scpi:TCPIP0::127.0.0.1::inst0::INSTR,{_SIMULATED}"


@contextlib.contextmanager
def _ppk2(folder: Path) -> Iterator[str]:
    with FakePpk2(rate_hz=100_000) as kit:
        yield f"ppk2:{kit.port}"


@contextlib.contextmanager
def _joulescope(folder: Path) -> Iterator[str]:
    device = Device("JS220-000123", samples=20)
    driver = ModuleType("joulescope")
    driver.scan = lambda: [device]  # type: ignore[attr-defined]
    with patch.dict(sys.modules, joulescope=driver):
        yield "joulescope"


@contextlib.contextmanager
def _polled(folder: Path) -> Iterator[str]:
    yield f"{_INSTRUMENT},rate=0.1"


@contextlib.contextmanager
def _sweeping(folder: Path) -> Iterator[str]:
    yield f"{_INSTRUMENT},points=5,interval=0.3"


@contextlib.contextmanager
def _ina2xx(folder: Path) -> Iterator[str]:
    chip(folder, "hwmon1", "ina226", "5000", "812", "4060000")
    yield f"ina2xx:rate=0.1,root={folder}"


@contextlib.contextmanager
def _pmic(folder: Path) -> Iterator[str]:
    program = folder / "vcgencmd"
    program.write_text(f"#!/bin/sh\ncat <<'E'\n{PMIC}E\n")
    program.chmod(0o755)
    yield f"pmic:rate=0.1,command={program}"


@contextlib.contextmanager
def _replay(folder: Path) -> Iterator[str]:
    rows = "".join(f"{10 * place},0.5\n" for place in range(20))
    (folder / "power.csv").write_text("time_s,power_w\n" + rows)
    yield f"replay:{folder / 'power.csv'}"


_StandIn = Callable[[Path], AbstractContextManager[str]]
STAND_INS: dict[str, tuple[_StandIn, ...]] = {
    "ppk2": (_ppk2,),
    "joulescope": (_joulescope,),
    "scpi": (_polled, _sweeping),
    "ina2xx": (_ina2xx,),
    "pmic": (_pmic,),
    "replay": (_replay,),
}
_POSIX = {_ppk2, _pmic}
_ALL = [
    pytest.param(stand_in, id=stand_in.__name__.strip("_"), marks=pytest.mark.skipif(
        stand_in in _POSIX and sys.platform == "win32", reason="needs a pseudo-terminal or a shell"
    ))
    for kind in METERS.values() if kind.connect
    for stand_in in STAND_INS[kind.id]
]  # fmt: skip


@pytest.fixture
def meter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PowerMeter]:
    with request.param(tmp_path) as text:
        meter = parse_meter(text).connect()
        yield meter
        meter.close()


@pytest.mark.parametrize("meter", _ALL, indirect=True)
def test_a_meter_from_its_first_word_to_its_last(meter: PowerMeter) -> None:
    meter.close()  # at any time
    info = meter.open()
    assert info.name
    assert info.period_s > 0
    meter.start()
    blocks: list[Samples] = []
    while len(blocks) < 3 or not any(map(len, blocks)):
        asked_s = time.monotonic()
        blocks.append(meter.read())
        assert time.monotonic() - asked_s < _CALL_S
    blocks.append(meter.finish())
    assert {block.dtype for block in blocks} == {SAMPLE}
    samples = np.concatenate(blocks)
    assert np.isfinite(samples["power_w"]).any()
    meter.close()
    meter.close()  # more than once
