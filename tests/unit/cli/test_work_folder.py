"""Folders for the time of a command: gone after it, and after the next one when it was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.work_folder import work_folder

HOLDS_A_FOLDER = """
import sys, time
from core import paths, work_folder
from pathlib import Path
work_folder.cache_dir = lambda: Path(sys.argv[1])
with work_folder.work_folder() as folder:
    (folder / "firmware.elf").write_text("half")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("core.work_folder.cache_dir", lambda: tmp_path)
    return tmp_path / "work"


@pytest.mark.parametrize("failure", [None, ValueError, KeyboardInterrupt])
def test_the_folder_is_gone_after_the_block(work: Path, failure: type[BaseException] | None) -> None:
    try:
        with work_folder() as folder:
            (folder / "sub").mkdir()
            assert folder.parent == work
            if failure is not None:
                raise failure
    except (ValueError, KeyboardInterrupt):
        assert failure is not None
    assert list(work.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(work: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_FOLDER, str(work.parent)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        held = Path(holder.stdout.readline().strip())
        with work_folder():
            assert (held / "firmware.elf").exists()  # its owner lives
    finally:
        holder.kill()
        holder.communicate()
    assert held.exists()
    with work_folder() as mine:
        assert list(work.iterdir()) == [mine]


def test_a_process_number_that_was_used_again(work: Path) -> None:
    stale = work / f"{os.getppid()}-x"
    stale.mkdir(parents=True)
    os.utime(stale, (1.0, 1.0))  # long before our parent started
    with work_folder() as mine:
        assert list(work.iterdir()) == [mine]
