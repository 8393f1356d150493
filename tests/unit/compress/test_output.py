"""The folder of a run: all or nothing."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.compress.output import RunFolder
from core.errors import CancelledByUser, ThimbleError
from core.paths import write_atomically


def _write(out: Path, text: str, fail: type[BaseException] | None = None) -> None:
    with RunFolder(out) as folder:
        (folder.partial / "model.tflite").write_text(text)
        if fail is not None:
            raise fail("stop")
        folder.commit({"name": text})


def _names(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def test_files_appear_together_with_their_hashes(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    _write(out, "one")
    assert _names(out) == ["model.tflite", "run.json"]
    record = json.loads((out / "run.json").read_text())
    assert record["name"] == "one"
    assert record["files"]["model.tflite"].startswith("7692c3ad3540bb80")  # sha256 of "one"


@pytest.mark.parametrize("failure", [ValueError, CancelledByUser, KeyboardInterrupt, MemoryError])
def test_a_failure_leaves_the_folder_as_it_was(tmp_path: Path, failure: type[BaseException]) -> None:
    out = tmp_path / "out"
    _write(out, "one")
    (out / "notes.txt").write_text("mine")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(failure):
        _write(out, "two", failure)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_failure_removes_the_folders_that_it_made(tmp_path: Path) -> None:
    with pytest.raises(CancelledByUser):
        _write(tmp_path / "a" / "b", "one", CancelledByUser)
    assert _names(tmp_path) == []


@pytest.mark.parametrize("told", [False, True])
def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    out = tmp_path / "a" / "out"

    def full(path: Path, content: object) -> None:
        raise OSError(errno.ENOSPC, "Can't write data (file write failed: time = now, filename = …)")

    def write(path: Path) -> None:
        if told:
            write_atomically(path, "x")
        else:
            path.write_bytes(b"x")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(ThimbleError) as caught, RunFolder(out) as folder:
            write(folder.partial / "model.tflite")
    assert caught.value.code == "cannot-write"
    assert caught.value.what == f"cannot write {out}: No space left on device"
    assert "free space" in caught.value.hint
    assert _names(tmp_path) == []


def test_what_a_killed_job_left_is_removed(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    stale = tmp_path / f".thimble-partial-{ended.pid}"
    stale.mkdir()
    (stale / "model.keras").write_text("half")
    _write(tmp_path, "one")
    assert _names(tmp_path) == ["model.tflite", "run.json"]


def test_two_jobs_do_not_share_a_folder(tmp_path: Path) -> None:
    (tmp_path / f".thimble-partial-{os.getppid()}").mkdir()
    with pytest.raises(ThimbleError) as caught:
        _write(tmp_path, "one")
    assert caught.value.code == "busy"


def test_a_process_number_that_was_used_again(tmp_path: Path) -> None:
    stale = tmp_path / f".thimble-partial-{os.getppid()}"
    stale.mkdir()
    os.utime(stale, (1.0, 1.0))  # long before our parent started
    _write(tmp_path, "one")
    assert _names(tmp_path) == ["model.tflite", "run.json"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for out in (file, file / "inside"):
        with pytest.raises(ThimbleError) as caught:
            _write(out, "one")
        assert caught.value.code == "cannot-write"
    assert _names(tmp_path) == ["file"]


def test_files_that_are_no_runs_are_not_overwritten(tmp_path):
    (tmp_path / "model.keras").write_text("precious")
    with pytest.raises(ThimbleError) as caught, RunFolder(tmp_path):
        pass
    assert caught.value.code == "would-overwrite"
    assert (tmp_path / "model.keras").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_the_folder_of_an_earlier_run_may_be_used_again(tmp_path):
    for text in ("first", "second"):
        with RunFolder(tmp_path) as folder:
            (folder.partial / "model.keras").write_text(text)
            folder.commit({})
    assert (tmp_path / "model.keras").read_text() == "second"
