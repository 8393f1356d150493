"""Where converted models are kept: by their contents, each form and each permission by itself."""

from pathlib import Path

import pytest

from core.jobs.context import JobContext
from core.jobs.tasks.import_model import _save_keras
from core.models.formats import Form
from core.models.imported import imported_file


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr("core.models.imported.cache_dir", lambda: folder)
    return folder


def test_a_file_is_found_again_until_it_changes(tmp_path: Path, cache: Path) -> None:
    model = tmp_path / "net.h5"
    model.write_bytes(b"one")
    first = imported_file(model, Form.KERAS)
    assert first.name == "net.keras"
    assert first.is_relative_to(cache)
    moved = tmp_path / "elsewhere" / "net.h5"
    moved.parent.mkdir()
    moved.write_bytes(b"one")
    assert imported_file(moved, Form.KERAS) == first
    model.write_bytes(b"two")
    assert imported_file(model, Form.KERAS) != first


def test_what_code_in_the_file_made_is_kept_apart(tmp_path: Path) -> None:
    model = tmp_path / "net.h5"
    model.write_bytes(b"one")
    forms = [(form, allowed) for form in Form for allowed in (False, True)]
    assert len({imported_file(model, *form).parent for form in forms}) == len(forms)


def test_every_file_of_a_folder_counts(tmp_path: Path) -> None:
    model = tmp_path / "net"
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(b"graph")
    (model / "variables" / "data").write_bytes(b"weights")
    first = imported_file(model, Form.TFLITE)
    assert first.name == "net.tflite"
    (model / "variables" / "data").write_bytes(b"others!")
    second = imported_file(model, Form.TFLITE)
    (model / "variables" / "data").rename(model / "variables" / "other")
    assert len({first, second, imported_file(model, Form.TFLITE)}) == 3


def test_what_lies_beside_a_model_of_thimble_counts(tmp_path: Path) -> None:
    model, other = tmp_path / "model.h5", tmp_path / "other.h5"
    stored = tmp_path / "preprocessing.json"
    for path in (model, other):
        path.write_bytes(b"one")
    bare, others = imported_file(model, Form.KERAS), imported_file(other, Form.KERAS)
    stored.write_text("0..1")
    first = imported_file(model, Form.KERAS)
    stored.write_text("0..255")
    assert len({bare, first, imported_file(model, Form.KERAS)}) == 3
    assert imported_file(other, Form.KERAS) == others, "it is about the other models there"


def test_two_imports_at_once_write_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, written = tmp_path / "net.keras", []

    class Model:
        def save(self, path: Path) -> None:
            written.append(path)
            path.write_bytes(b"model")

    for process in (1, 2):
        monkeypatch.setattr("os.getpid", lambda process=process: process)
        _save_keras(Model(), target, JobContext(lambda event: None))
    assert len(set(written)) == 2
    assert {path.suffix for path in written} == {".keras"}
    assert list(tmp_path.iterdir()) == [target]
