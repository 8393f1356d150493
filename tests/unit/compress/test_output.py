"""The folder of a run: all or nothing."""

import errno
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.compress.output import RunFolder
from core.compress.run_files import BASELINE, KERAS, RECORD, RUN_FILES, TFLITE
from core.data.preprocessing import PREPROCESSING
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


def test_the_folder_of_an_earlier_run_may_be_used_again(tmp_path):
    for text in ("first", "second"):
        with RunFolder(tmp_path) as folder:
            (folder.partial / "model.keras").write_text(text)
            folder.commit({})
    assert (tmp_path / "model.keras").read_text() == "second"


@pytest.mark.parametrize("name", RUN_FILES)
def test_nothing_of_a_persons_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(ThimbleError) as caught, RunFolder(tmp_path):
        pass
    assert caught.value.code == "would-overwrite"
    assert (tmp_path / name).read_text() == "precious"
    assert _names(tmp_path) == [name]


def test_a_run_writes_known_names_alone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"baseline\.keras.*not other\.txt"):
        _write_files(tmp_path, "one", KERAS, "other.txt")


def test_a_run_does_not_replace_the_model_that_it_begins_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    _write(out, "one")
    monkeypatch.chdir(tmp_path)
    for model in (out / "model.tflite", Path("out/baseline.keras"), out):
        with pytest.raises(ThimbleError) as caught, RunFolder(out, model):
            pass
        assert caught.value.code == "would-overwrite"
    with RunFolder(out, out / "of-mine.keras"), RunFolder(tmp_path / "other", out / "model.tflite"):
        pass
    assert _names(out) == ["model.tflite", "run.json"]


def _write_files(out: Path, text: str, *names: str) -> None:
    with RunFolder(out) as folder:
        for name in names:
            (folder.partial / name).write_text(text)
        folder.commit({"name": text})


def _texts(out: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in out.iterdir() if path.is_file() and path.name != RECORD}


def test_nothing_of_an_earlier_run_stays_beside_the_files_of_another(tmp_path: Path) -> None:
    _write_files(tmp_path, "one", KERAS, BASELINE, PREPROCESSING)
    (tmp_path / "notes.txt").write_text("mine")
    _write_files(tmp_path, "two", KERAS)
    assert _texts(tmp_path) == {KERAS: "two", "notes.txt": "mine"}
    assert sorted(json.loads((tmp_path / RECORD).read_text())["files"]) == [KERAS]


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("at", range(6))  # the old record and two files out, two files and their record in
def test_a_commit_that_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, failure: type[BaseException]
) -> None:
    """An error takes back what was moved; what a killed process moved, the next run takes back."""
    _write_files(tmp_path, "one", KERAS, BASELINE)
    replace, calls = os.replace, itertools.count()

    def move(source: Path, target: Path) -> None:
        if next(calls) == at:
            raise failure
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr("core.compress.output.os.replace", move)
        if failure is KeyboardInterrupt:  # as when killed: nobody tidies up
            patched.setattr("core.compress.output.shutil.rmtree", lambda path, **options: None)
        with pytest.raises((ThimbleError, KeyboardInterrupt)):
            _write_files(tmp_path, "two", KERAS, TFLITE)
    if failure is KeyboardInterrupt:
        assert (tmp_path / RECORD).exists() == (at == 0), "a mixed folder does not look finished"
        with pytest.raises(CancelledByUser):
            _write(tmp_path, "three", CancelledByUser)
    assert _texts(tmp_path) == {KERAS: "one", BASELINE: "one"}
    assert json.loads((tmp_path / RECORD).read_text())["name"] == "one"
    assert _names(tmp_path) == sorted([KERAS, BASELINE, RECORD])
