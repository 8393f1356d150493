"""No emulator outlives the one who started it, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from core.boards.link import Timeouts
from core.boards.virtual import VirtualBoard
from core.errors import ThimbleError
from tests.toolchain.boards.fake_model import INPUT_BYTES, PICO, FakeImage, build_for, misbehaving

pytestmark = pytest.mark.toolchain

ROOT = Path(__file__).parents[3]

PARENT = """
import sys, time
from pathlib import Path
from codegen.targets.board import find_board
from core.boards.virtual import VirtualBoard
with VirtualBoard(find_board("virtual-pico"), Path(sys.argv[1])) as running:
    running.link.hello()
    print(running.emulator_pid, flush=True)
    if sys.argv[2] == "busy":
        running.link.load_input(bytes(int(sys.argv[3])))
        print("running", flush=True)
        running.link.run()
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def endless_image(tmp_path_factory: pytest.TempPathFactory) -> FakeImage:
    return build_for(PICO, tmp_path_factory.mktemp("endless"), misbehaving("for (volatile int i = 0;;) i++;"))


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_a_killed_parent_leaves_no_emulator(endless_image: FakeImage, state: str) -> None:
    command = [sys.executable, "-c", PARENT, str(endless_image.elf), state, str(INPUT_BYTES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        emulator = int(parent.stdout.readline())
        assert psutil.pid_exists(emulator)
        if state == "busy":
            assert parent.stdout.readline() == "running\n"
        os.kill(parent.pid, signal.SIGKILL)
    assert wait_until(lambda: is_gone(emulator))


def test_leaving_ends_a_busy_emulator(endless_image: FakeImage) -> None:
    with VirtualBoard(PICO, endless_image.elf, Timeouts(run_s=0.2)) as running:
        pid = running.emulator_pid
        if sys.platform != "win32":
            assert psutil.Process(pid).nice() >= 10  # others go first
        running.link.hello()
        running.link.load_input(bytes(INPUT_BYTES))
        with pytest.raises(ThimbleError, match="gave no answer"):
            running.link.run()
        assert not is_gone(pid)
    assert is_gone(pid)


def fail_inside(image: FakeImage, seen: list[int]) -> None:
    with VirtualBoard(PICO, image.elf) as running:
        seen.append(running.emulator_pid)
        raise ZeroDivisionError


def test_an_exception_inside_ends_it(pico_image: FakeImage) -> None:
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fail_inside(pico_image, seen)
    assert is_gone(seen[0])


def test_a_killed_emulator_is_explained(pico_image: FakeImage) -> None:
    with VirtualBoard(PICO, pico_image.elf) as running:
        running.link.hello()
        psutil.Process(running.emulator_pid).kill()
        with pytest.raises(ThimbleError, match="ended unexpectedly"):
            running.link.counters()
