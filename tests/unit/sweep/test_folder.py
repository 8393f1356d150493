"""The folder of a sweep: what counts as finished, and whose folder it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import ThimbleError
from core.recipe import Criterion, Prune
from core.sweep.folder import identity_of, open_folder
from core.sweep.grid import QUANTIZATIONS, Grid, Series, variants_of
from core.sweep.result import Point
from tests.unit.sweep.sample import SERIES, points

INT8 = QUANTIZATIONS["int8"]


class Model:
    """Saves a word in the place of weights."""

    def __init__(self, word: str = "weights") -> None:
        self.word = word

    def save(self, path: Path) -> None:
        path.write_text(self.word)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "m.keras").write_text("one")
    return tmp_path / "out"


def opened(out: Path, series: Series = SERIES, data: str = "digits") -> Any:
    out.mkdir(exist_ok=True)
    return open_folder(out, str(out.parent / "m.keras"), data, (series,))


def finished(out: Path) -> tuple[Any, Any, Point]:
    """A folder in which the first run is done."""
    folder, variant, point = opened(out), variants_of(SERIES)[0], points()[1]
    run = folder.run(variant, INT8)
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}")
    folder.keep(variant, INT8, point)
    return folder, variant, point


def test_a_finished_run_is_found_again(out: Path) -> None:
    folder, variant, point = finished(out)
    assert folder.finished(variant, INT8) == point
    assert folder.finished(variant, QUANTIZATIONS["none"]) is None
    assert folder.finished(variants_of(SERIES)[1], INT8) is None


def test_a_run_without_its_record_is_not_finished(out: Path) -> None:
    folder, variant, _ = finished(out)
    (folder.run(variant, INT8) / "run.json").unlink()
    assert folder.finished(variant, INT8) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"key": 1}', '{"key": "KEY", "point": {}}'])
def test_a_broken_note_is_not_finished(out: Path, content: str) -> None:
    folder, variant, _ = finished(out)
    note = folder.run(variant, INT8) / "point.json"
    note.write_text(content.replace("KEY", json.loads(note.read_text())["key"]))
    assert folder.finished(variant, INT8) is None


def test_another_value_of_the_recipe_is_another_run(out: Path) -> None:
    folder, variant, _ = finished(out)
    changed = replace(
        variant, recipe=replace(variant.recipe, quantize=replace(variant.recipe.quantize, calibration=7))
    )
    assert folder.finished(changed, INT8) is None


def test_the_pruned_model_serves_every_quantization(out: Path) -> None:
    folder, variant = opened(out), variants_of(SERIES)[2]
    assert folder.pruned(variant) is None
    folder.keep_pruned(variant, Model(), {"history": [{"epoch": 1}]})
    assert folder.pruned(variant)["history"] == [{"epoch": 1}]
    assert folder.pruned_model(variant).read_text() == "weights"
    other = replace(variant, recipe=replace(variant.recipe, prune=Prune(criterion=Criterion.L2)))
    assert folder.pruned(replace(other, series=variant.series)) is None
    folder.pruned_model(variant).unlink()
    assert folder.pruned(variant) is None


def test_a_disk_that_is_full(out: Path) -> None:
    class Full(Model):
        def save(self, path: Path) -> None:
            path.write_text("half")
            raise OSError(28, "No space left on device")

    folder, variant = opened(out), variants_of(SERIES)[2]
    with pytest.raises(ThimbleError, match="No space left"):
        folder.keep_pruned(variant, Full(), {"history": []})
    assert list(folder.variant(variant).iterdir()) == []
    assert folder.pruned(variant) is None


def test_a_sweep_goes_on_with_more_values(out: Path) -> None:
    folder, variant, point = finished(out)
    larger = replace(SERIES, grid=replace(SERIES.grid, sparsities=(0.0, 0.5, 0.9, 0.99), seeds=5))
    again = opened(out, larger)
    assert again == folder
    assert again.finished(variants_of(larger)[0], INT8) == point
    assert variants_of(larger)[0].recipe == variant.recipe


def test_another_recipe_model_or_data_needs_another_folder(out: Path) -> None:
    finished(out)
    grown = replace(SERIES, recipe=replace(SERIES.recipe, seed=1), grid=Grid())
    for change in (lambda: opened(out, grown), lambda: opened(out, data="mnist")):
        with pytest.raises(ThimbleError) as caught:
            change()
        assert caught.value.code == "other-sweep"
    (out.parent / "m.keras").write_text("two")
    with pytest.raises(ThimbleError):
        opened(out)


def test_a_sweep_that_did_nothing_keeps_no_folder_from_others(out: Path) -> None:
    opened(out, data="a-typo")
    opened(out)
    assert json.loads((out / "sweep.json").read_text())["subject"]["data"] == "digits"


def test_files_are_known_by_their_content_and_folders_by_their_files(tmp_path: Path) -> None:
    assert identity_of("zoo:lenet") == "zoo:lenet"
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("same")
    assert identity_of(str(tmp_path / "a")) == identity_of(str(tmp_path / "b"))
    before = identity_of(str(tmp_path))
    assert identity_of(str(tmp_path)) == before
    (tmp_path / "c").write_text("new")
    assert identity_of(str(tmp_path)) != before


def test_a_known_set_is_known_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    assert identity_of("mnist") == "mnist"
    seen = {"mnist"}
    for content in ("one", "another"):
        (tmp_path / "mnist.npz").write_text(content)
        seen.add(identity_of("mnist"))
    assert len(seen) == 3


def test_other_tools_or_another_scaling_of_the_inputs_do_a_run_again(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (out.parent / "m.keras").rename(out.parent / "model.keras")

    def again() -> Any:
        out.mkdir(exist_ok=True)
        return open_folder(out, str(out.parent / "model.keras"), "digits", (SERIES,))

    variant, point = variants_of(SERIES)[0], points()[1]
    run = again().run(variant, INT8)
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}")
    again().keep(variant, INT8, point)
    assert again().finished(variant, INT8) == point
    with monkeypatch.context() as patched:
        patched.setattr("core.sweep.folder.version_of", lambda package: f"{package} of another day")
        assert again().finished(variant, INT8) is None
    (out.parent / "preprocessing.json").write_text("{}")
    assert again().finished(variant, INT8) is None
