"""TensorFlow costs 15 seconds and 700 MB: neither the command line nor the window may pull it in."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.gui

_WINDOW = """
import tempfile
import time
from pathlib import Path
from PySide6.QtCore import QSettings
import dataclasses
from gui.app import make_application, make_window
from gui.services import real_services
app = make_application(["thimble"])
folder = Path(tempfile.mkdtemp())
settings = QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat)
jobs = lambda task, params, on_event: type("Job", (), {"cancel": lambda self, grace_s=0: None})()
services = dataclasses.replace(
    real_services(), settings=settings, projects=folder, draft=folder / "draft.json", start_job=jobs
)
window = make_window(services)
window.show()
window.start.open_example()
while window.wizard.session.preview is None:
    app.processEvents()
    time.sleep(0.01)  # releases Python's lock, as QTest.qWait does not
assert window.wizard.session.preview.parameters_before == 1199882
window.close()
"""


@pytest.mark.parametrize(
    "program",
    ["import core.cli", "import gui.app", "import gui.launch", _WINDOW],
    ids=["cli", "app", "launch", "window"],
)
def test_tensorflow_is_not_imported(program: str) -> None:
    loaded = "{name.split('.')[0] for name in sys.modules}"
    check = f"\nimport sys; print(sorted({{'tensorflow', 'keras', 'unicorn'}} & {loaded}))"
    done = subprocess.run(
        [sys.executable, "-c", program + check],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("[]")


def test_the_launcher_imports_nothing_at_its_top() -> None:
    program = (
        "import sys; before = set(sys.modules); import gui.launch; print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['gui', 'gui.launch']"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_without_a_screen_the_launcher_says_so() -> None:
    screens = {"DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM"}
    done = subprocess.run(
        [sys.executable, "-m", "gui.launch"],
        env={name: value for name, value in os.environ.items() if name not in screens},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    error, hint = done.stderr.splitlines()
    assert error == "error: there is no screen to open the window on"
    assert hint.startswith("hint: ")
