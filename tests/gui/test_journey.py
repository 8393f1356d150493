"""The way of a person through the real window under Xvfb, for both presets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gui.display import virtual_display

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.gui,
    pytest.mark.tf,
    pytest.mark.toolchain,
    pytest.mark.skipif(sys.platform != "linux", reason="Xvfb is for Linux"),
]


@pytest.mark.parametrize("kind", ["structured", "element"])
def test_example_to_report(kind: str, tmp_path: Path) -> None:
    shots = Path(os.environ.get("THIMBLE_SCREENSHOTS", tmp_path / "screenshots")) / kind
    shots.mkdir(parents=True, exist_ok=True)
    with virtual_display() as display:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
        }
        journey = [sys.executable, str(Path(__file__).parent / "journey.py"), kind, str(tmp_path), str(shots)]
        done = subprocess.run(
            journey, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr[-4000:]
    assert len(list(shots.glob("*.png"))) == {"structured": 13, "element": 11}[kind]
