"""The benchmark of the virtual boards tells their speed, and beside it that of this computer."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from benchmarks import emulator_speed
from tests.toolchain.boards.tflite_model import write_classifier

pytestmark = pytest.mark.toolchain


def test_the_speed_is_told_as_a_ratio_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_classifier(tmp_path / "model.tflite", side=12)
    monkeypatch.setattr(sys, "argv", ["emulator_speed", str(model), "virtual-pico", "3"])
    assert emulator_speed.main() == 0
    told = dict(re.findall(r"^(\D+?) +([\d.]+)", capsys.readouterr().out, re.MULTILINE))
    assert float(told["emulated cycles"]) > 0
    assert float(told["times this computer's own"]) > 1
