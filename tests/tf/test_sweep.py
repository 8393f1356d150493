"""Sweeps of real models: what they write, that they go on, and that nothing ends them but the user."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compress.checkpoint import FOLDER
from core.compress.run_files import RECORD
from core.errors import CancelledByUser, ThimbleError
from core.jobs.events import Log
from core.jobs.tasks.compress import compress
from core.jobs.tasks.sweep import sweep
from core.models.loading import load_keras
from core.recipe import Criterion, Prune, PruneKind, Recipe, Schedule, Training
from core.recipe_toml import recipe_to_dict
from core.sweep.grid import QUANTIZATIONS, Grid, Series
from core.sweep.output import read_record, write_report
from core.sweep.plots import PLOTS
from core.sweep.spec import SweepSpec
from core.sweep.tables import TABLES
from tests.tf.conftest import Watcher

pytestmark = pytest.mark.tf

RECIPE = Recipe(
    "mini",
    seed=3,
    prune=Prune(kind=PruneKind.ELEMENT, criterion=Criterion.MAGNITUDE, schedule=Schedule.ONE_SHOT),
    finetune=Training(epochs=1, batch_size=40, learning_rate=0.005),
)
#: `activation` does not rank single weights: its runs fail, the others do not.
GRID = Grid(
    sparsities=(0.0, 0.8),
    criteria=(Criterion.MAGNITUDE, Criterion.ACTIVATION),
    quantizations=(QUANTIZATIONS["none"], QUANTIZATIONS["int8"]),
)


def _params(spec: SweepSpec, out: Path) -> dict[str, Any]:
    return {"spec": spec.to_json(), "out": str(out), "formats": ["png"]}


@pytest.fixture(scope="module")
def spec(trained_small: Path, small_digits_file: Path) -> SweepSpec:
    series = (Series("element", "single weights", RECIPE, GRID),)
    return SweepSpec(
        "mini",
        str(trained_small),
        str(small_digits_file),
        series,
        ("virtual-pico",),
        tuple(TABLES),
        tuple(PLOTS),
    )


@pytest.fixture(scope="module")
def swept(spec: SweepSpec, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Watcher]:
    out = tmp_path_factory.mktemp("sweep") / "out"
    watcher = Watcher()
    return out, sweep(_params(spec, out), watcher.context), watcher


Swept = tuple[Path, dict[str, Any], Watcher]


def test_every_point_has_a_run_or_a_reason(swept: Swept) -> None:
    out, result, watcher = swept
    assert result["runs"] == {"done": 4, "failed": 2}
    assert json.loads((out / "sweep.json").read_text()) == result
    rows = list(csv.DictReader((out / "points.csv").read_text().splitlines()))
    assert [row["state"] for row in rows] == ["done"] * 4 + ["failed"] * 2
    assert all("filters and neurons" in row["reason"] for row in rows[4:])
    for row in rows[:4]:
        run = json.loads((out / row["folder"] / RECORD).read_text())
        assert float(row["accuracy"]) == run["accuracy"]["after"]
        assert row["virtual-pico fits"] == "True"
    assert float(rows[0]["remaining"]) == 1.0
    assert float(rows[2]["remaining"]) == pytest.approx(0.2, abs=0.03)
    floats = json.loads((out / rows[2]["folder"] / RECORD).read_text())
    whole = floats["counts"]["before"]["nonzero"]
    assert float(rows[2]["remaining"]) == pytest.approx(floats["parameters"]["nonzero"] / whole, abs=1e-9)
    assert [partial["done"] for partial in watcher.partials() if "where" in partial] == [1, 2, 3, 4, 5, 6]
    assert watcher.fractions() == sorted(watcher.fractions())
    assert watcher.fractions()[-1] == 1.0


def test_quantization_is_of_the_same_pruned_model(swept: Swept) -> None:
    out, result, _ = swept
    floats, int8 = (result["points"][place]["figures"] for place in (2, 3))
    assert floats["accuracy_float"] == int8["accuracy_float"]
    assert floats["accuracy"] == pytest.approx(floats["accuracy_float"], abs=1e-9)
    assert int8["lost_by_quantization"] == int8["accuracy_float"] - int8["accuracy"]
    folders = [out / result["points"][place]["where"]["folder"] for place in (2, 3)]
    models = [json.loads((folder / RECORD).read_text())["parameters"]["after"] for folder in folders]
    assert models[0] == models[1]


def test_what_it_writes(swept: Swept) -> None:
    out, result, _ = swept
    for name, path in result["files"].items():
        assert Path(path) == out / name
        assert Path(path).stat().st_size > 0
    assert {f"{table}.csv" for table in TABLES} <= set(result["files"])
    assert {f"{plot}.png" for plot in PLOTS} <= set(result["files"])
    assert (out / "report.pdf").read_bytes()[:5] == b"%PDF-"
    assert not [path for path in out.rglob("*") if "part" in path.name]


def test_the_report_can_be_written_again(swept: Swept, tmp_path: Path) -> None:
    out, _, _ = swept
    write_report(out, tmp_path / "again.pdf", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == (out / "points.csv").read_text()
    assert (tmp_path / "again.pdf").stat().st_size > 0.9 * (out / "report.pdf").stat().st_size
    assert read_record(out) == json.loads((out / "sweep.json").read_text())


def test_a_point_is_what_compress_gives(swept: Swept, spec: SweepSpec, tmp_path: Path) -> None:
    out, result, _ = swept
    prune = replace(RECIPE.prune or Prune(), sparsity=0.8)
    recipe = recipe_to_dict(replace(RECIPE, prune=prune))
    compress(
        {"model": spec.model, "data": spec.data, "recipe": recipe, "out": str(tmp_path)}, Watcher().context
    )
    folder = out / result["points"][3]["where"]["folder"]
    assert (folder / "model.tflite").read_bytes() == (tmp_path / "model.tflite").read_bytes()


def test_a_second_call_repeats_nothing(
    swept: Swept, spec: SweepSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, result, _ = swept

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was finished")

    monkeypatch.setattr("core.sweep.runner.run_recipe", never)
    monkeypatch.setattr("core.sweep.runner.deliver", never)
    again = sweep(_params(replace(spec, plots=(), tables=()), out), Watcher().context)
    assert again["points"] == result["points"]


def test_a_cancelled_sweep_goes_on_where_it_was(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import core.sweep.runner as runner

    delivered: list[str] = []
    deliver = runner.deliver

    def counted(original: Any, compressed: Any, data: Any, recipe: Recipe, *rest: Any) -> Any:
        delivered.append(f"{recipe.prune is not None} {recipe.quantize.kind.value}")
        return deliver(original, compressed, data, recipe, *rest)

    monkeypatch.setattr(runner, "deliver", counted)
    grid = Grid(sparsities=(0.0, 0.7), quantizations=GRID.quantizations[1:])
    small = replace(spec, series=(replace(spec.series[0], grid=grid),), plots=(), tables=())
    with pytest.raises(CancelledByUser):
        sweep(_params(small, tmp_path), Watcher(cancel_after=1).context)
    assert delivered == ["False int8"]
    result = sweep(_params(small, tmp_path), Watcher().context)
    assert result["runs"] == {"done": 2, "failed": 0}
    assert delivered == ["False int8", "True int8"]


def test_a_folder_of_another_sweep_is_left_alone(swept: Swept, spec: SweepSpec) -> None:
    out, _, _ = swept
    before = (out / "sweep.json").read_text()
    other = replace(spec, series=(replace(spec.series[0], recipe=replace(RECIPE, seed=4)),))
    with pytest.raises(ThimbleError) as caught:
        sweep(_params(other, out), Watcher().context)
    assert caught.value.code == "other-sweep"
    assert (out / "sweep.json").read_text() == before


def test_a_recipe_that_trains_from_scratch(spec: SweepSpec, tmp_path: Path) -> None:
    recipe = replace(RECIPE, train=Training(epochs=2, batch_size=40, learning_rate=0.005))
    grid = Grid(sparsities=(0.0,), quantizations=(QUANTIZATIONS["none"],))
    scratch = replace(spec, series=(Series("e", "e", recipe, grid),), plots=("training-curves",), tables=())
    with pytest.raises(CancelledByUser):
        sweep(_params(scratch, tmp_path), Watcher(cancel_after=1).context)
    assert (tmp_path / "baselines" / "seed-3" / FOLDER).is_dir()
    watcher = Watcher()
    result = sweep(_params(scratch, tmp_path), watcher.context)
    assert any(
        "going on after epoch 1 of 2" in event.text for event in watcher.events if isinstance(event, Log)
    )
    assert not list(tmp_path.rglob(FOLDER))
    alone = replace(recipe, prune=None, finetune=None)
    whole = {"model": spec.model, "data": spec.data, "recipe": recipe_to_dict(alone)}
    compress({**whole, "out": str(tmp_path / "whole")}, Watcher().context)
    models = [tmp_path / "whole" / "baseline.keras", tmp_path / "baselines" / "seed-3" / "model.keras"]
    kernels = [load_keras(str(path)).get_weights() for path in models]
    assert all(np.array_equal(a, b) for a, b in zip(*kernels, strict=True))
    run = json.loads((tmp_path / result["points"][0]["where"]["folder"] / RECORD).read_text())
    assert run["model"] == str(tmp_path / "baselines" / "seed-3" / "model.keras")
    assert "train" not in run["recipe"]


def test_data_that_are_not_there_end_the_sweep(spec: SweepSpec, tmp_path: Path) -> None:
    watcher = Watcher()
    with pytest.raises(ThimbleError) as caught:
        sweep(_params(replace(spec, data="nowhere.npz"), tmp_path / "out"), watcher.context)
    assert caught.value.code == "missing-file"
    assert watcher.partials() == []


def test_nothing_done_is_an_error(spec: SweepSpec, tmp_path: Path) -> None:
    recipe = replace(RECIPE, prune=replace(RECIPE.prune or Prune(), criterion=Criterion.ACTIVATION))
    hopeless = replace(spec, series=(Series("e", "e", recipe, Grid()),))
    with pytest.raises(ThimbleError) as caught:
        sweep(_params(hopeless, tmp_path), Watcher().context)
    assert caught.value.code == "nothing-done"
    assert "single weights" in caught.value.what
