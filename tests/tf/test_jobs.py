"""The tasks: survey, compress, evaluate; what they write, and that they write all or nothing."""

from __future__ import annotations

import errno
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from codegen.compiler import compile_model
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from core.compress.checkpoint import FOLDER
from core.data import DataSet
from core.errors import CancelledByUser, ThimbleError
from core.evaluate import evaluate_keras
from core.jobs.events import Log
from core.jobs.tasks.compress import compress
from core.jobs.tasks.deploy import load_samples
from core.jobs.tasks.evaluate import evaluate
from core.jobs.tasks.survey import survey
from core.models.keras_graph import read_keras_graph
from core.models.loading import load_keras
from core.models.tflite_weights import read_tflite_weights
from core.recipe import Recipe
from core.recipe_toml import read_recipe, recipe_from_dict
from core.report import collect, write_files
from tests.tf.conftest import Watcher
from tests.tf.job_recipes import STRUCTURED, make_recipe

pytestmark = pytest.mark.tf

FILES = ["model.keras", "model.onnx", "model.tflite", "preprocessing.json", "recipe.toml", "run.json"]


@dataclass(frozen=True)
class Run:
    """A finished run of `STRUCTURED`."""

    params: dict[str, Any]
    out: Path
    result: dict[str, Any]
    watcher: Watcher


@pytest.fixture(scope="module")
def run(trained_small: Path, small_digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("run") / "deep" / "out"
    params = {"model": str(trained_small), "data": str(small_digits_file), "out": str(out)}
    watcher = Watcher()
    return Run(params, out, compress({**params, "recipe": STRUCTURED}, watcher.context), watcher)


def _read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_a_run_writes(run: Run) -> None:
    files = _read(run.out)
    assert sorted(files) == FILES
    assert json.loads(files["run.json"]) == run.result
    assert {name: hashlib.sha256(files[name]).hexdigest() for name in FILES[:-1]} == run.result["files"]
    assert run.result["size_bytes"]["tflite"] == len(files["model.tflite"])
    assert recipe_from_dict(run.result["recipe"]) == recipe_from_dict(STRUCTURED)
    assert read_recipe(run.out / "recipe.toml") == recipe_from_dict(STRUCTURED)


def test_structured_compression_makes_the_model_smaller(run: Run, trained_small: Path) -> None:
    before, after = read_keras_graph(trained_small), read_keras_graph(run.out / "model.keras")
    parameters = run.result["parameters"]
    assert parameters["before"] == before.parameters
    assert parameters["after"] == after.parameters <= 0.4 * before.parameters + 1
    assert run.result["macs"]["after"] < run.result["macs"]["before"]
    stored = read_tflite_weights(run.out / "model.tflite")
    assert parameters["nonzero"] == sum(layer.nonzero for layer in stored)
    assert parameters["unique"] == sum(len(np.unique(layer.kernel)) for layer in stored)
    assert [layer["params_after"] for layer in run.result["layers"]] == [layer.parameters for layer in stored]
    assert [layer["name"] for layer in run.result["layers"]] == ["edges", "shapes", "thoughts", "answer"]
    assert run.result["accuracy"]["after"] > 0.5


def test_the_reported_accuracy_is_of_the_deployed_file(run: Run) -> None:
    deployed = evaluate({**run.params, "model": str(run.out / "model.tflite")}, Watcher().context)
    assert deployed["accuracy"] == run.result["accuracy"]["after"]
    confusion = [list(row) for row in deployed["confusion"]]
    assert confusion == run.result["confusion"]["after"]
    assert deployed["nonzero"] == run.result["parameters"]["nonzero"]
    assert deployed["macs"] == run.result["macs"]["after"]
    original = evaluate(run.params, Watcher().context)
    assert original["accuracy"] == run.result["accuracy"]["before"]
    assert original["parameters"] == run.result["parameters"]["before"]


def test_before_and_after_lie_side_by_side(run: Run) -> None:
    before, after = (run.result["footprint"][when] for when in ("before", "after"))
    for found in (before, after):
        # one slot for each weight, and what the optimizer itself notes
        slots = found["keras_with_optimizer_bytes"] - found["keras"]["size_bytes"]
        when = "before" if found is before else "after"
        assert 4 * run.result["parameters"][when] <= slots < 4 * run.result["parameters"][when] + 20_000
        assert {board["board"] for board in found["boards"]} == {"virtual-pico", "virtual-nano"}
        assert all(board["fits"] for board in found["boards"])
        assert found["keras"]["gzip_bytes"] < found["keras_with_optimizer_gzip_bytes"]
        assert found["keras_with_optimizer_gzip_bytes"] < found["keras_with_optimizer_bytes"]
    assert before["tflite"]["size_bytes"] > after["tflite"]["size_bytes"]
    assert after["tflite"]["size_bytes"] == run.result["size_bytes"]["tflite"]
    graph = load_graph(run.out / "model.tflite")
    planned = compile_model(graph, find_board("virtual-pico")).plan
    pico = after["boards"][0]
    assert (pico["flash_bytes"], pico["sram_bytes"]) == (planned.flash.total_bytes, planned.sram.total_bytes)
    counts = run.result["counts"]
    assert counts["before"]["unique"] > counts["after"]["unique"] == run.result["parameters"]["unique"]
    assert counts["after"]["flops"] == 2 * run.result["macs"]["after"]
    assert run.result["warnings"] == []


def test_what_quantization_alone_cost(run: Run, small_digits: DataSet) -> None:
    loss = run.result["quantization_loss"]
    assert (
        loss["accuracy_float"] == evaluate_keras(load_keras(run.out / "model.keras"), small_digits).accuracy
    )
    assert loss["accuracy_quantized"] == run.result["accuracy"]["after"]
    assert loss["lost"] == loss["accuracy_float"] - loss["accuracy_quantized"]
    layers = {layer["name"]: layer for layer in loss["layers"]}
    assert {"edges", "shapes", "thoughts", "answer"} <= set(layers)
    # eight bits give no less than 20 dB, and no more than 60
    assert all(20 < layers[name]["sqnr_db"] < 60 for name in ("edges", "shapes", "thoughts", "answer"))
    assert all(30 < layers[name]["weights_sqnr_db"] < 60 for name in ("edges", "shapes", "thoughts"))
    ratios = [layers[name]["sqnr_db"] for name in loss["worst"]]
    assert ratios == sorted(ratios)


def test_epochs_and_progress_are_told(run: Run) -> None:
    epochs = run.watcher.partials()
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3, 4]
    assert all(epoch["epochs"] == 4 for epoch in epochs)
    assert epochs == run.result["history"]
    assert 0.0 < epochs[0]["sparsity"] < epochs[-1]["sparsity"]
    assert epochs[0]["parameters"] > epochs[-1]["parameters"] == run.result["parameters"]["after"]
    fractions = run.watcher.fractions()
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_cancelled_job_leaves_the_folder_as_it_was_and_ends_with_the_same_file(
    run: Run, params: dict[str, Any]
) -> None:
    out = Path(params["out"])
    out.mkdir()
    for name in FILES:
        (out / name).write_text("of an earlier run")
    before = _read(out)
    with pytest.raises(CancelledByUser):
        compress({**params, "recipe": STRUCTURED}, Watcher(cancel_after=2).context)
    assert [path.name for path in (out / FOLDER).iterdir()] == ["last-epoch.npz"]  # to go on from
    assert {name: (out / name).read_bytes() for name in before} == before
    assert {path.name for path in out.iterdir()} == {*before, FOLDER}
    compress({**params, "recipe": STRUCTURED}, Watcher().context)
    assert (out / "model.tflite").read_bytes() == (run.out / "model.tflite").read_bytes()
    assert sorted(_read(out)) == FILES


def test_without_quantization_and_without_training(params: dict[str, Any]) -> None:
    recipe = {"name": "plain", "quantize": {"kind": "none"}}
    result = compress({**params, "recipe": recipe}, Watcher().context)
    assert result["accuracy"]["after"] == result["accuracy"]["before"]
    assert result["parameters"]["after"] == result["parameters"]["before"]
    assert result["parameters"]["nonzero"] >= 0.99 * result["parameters"]["before"]  # biases start at 0
    assert result["history"] == []


def test_a_model_that_is_only_quantized_has_the_footprint_of_before(
    params: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "r.toml"
    path.write_text('name = "from a file"\n')
    result = compress({**params, "recipe": str(path)}, Watcher().context)
    assert recipe_from_dict(result["recipe"]) == Recipe("from a file")
    assert result["footprint"]["before"]["boards"] == result["footprint"]["after"]["boards"]
    assert result["footprint"]["before"]["tflite"] == result["footprint"]["after"]["tflite"]


def test_without_data_nothing_is_tested(params: dict[str, Any], tmp_path: Path) -> None:
    recipe = {"name": "untested", "prune": {"sparsity": 0.5, "steps": 1}, "quantize": {"kind": "float16"}}
    result = compress({**params, "data": None, "recipe": recipe}, Watcher().context)
    assert result["accuracy"] == {"before": None, "after": None}
    assert result["parameters"]["after"] <= 0.5 * result["parameters"]["before"] + 1
    assert [found["code"] for found in result["warnings"]] == ["untested"]
    out = Path(params["out"])
    assert not (out / "preprocessing.json").exists()
    write_files(collect(out), pdf=tmp_path / "r.pdf", csv=tmp_path / "r.csv")
    assert "accuracy" not in (tmp_path / "r.csv").read_text()


def test_what_was_done_to_the_inputs_is_done_again(params: dict[str, Any]) -> None:
    recipe = {"name": "scaled", "quantize": {"kind": "none"}, "data": {"scaling": "-1..1"}}
    result = compress({**params, "recipe": recipe}, Watcher().context)
    assert result["preprocessing"]["scaling"] == "-1..1"
    assert "−1…1" in result["input_range"]
    deployed = {**params, "model": f"{params['out']}/model.tflite"}
    again = evaluate(deployed, Watcher().context)
    assert again["accuracy"] == result["accuracy"]["after"]
    assert again["preprocessing"] == result["preprocessing"]
    usual = evaluate({**deployed, "options": {"scaling": "0..1"}}, Watcher().context)
    assert usual["accuracy"] > again["accuracy"]  # the range in which the model was trained
    graph = load_graph(deployed["model"])
    converted = {**deployed, "model": "in/the/cache.tflite", "made_from": deployed["model"]}
    for named in (deployed, converted):
        assert load_samples(named, graph).x.min() == -1.0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"data": "digits"}, "data-does-not-fit"),
        ({"data": "nothing.npz"}, "missing-file"),
        ({"model": "nothing.keras"}, "missing-file"),
        ({"recipe": make_recipe(prune={"layers": {"nowhere": 0.5}})}, "unknown-layer"),
        ({"recipe": make_recipe(prune={"sparsity": 0.999})}, "target-out-of-reach"),
        ({"recipe": {"name": "n", "quantize": {"kind": "float16", "mode": "qat"}}}, "not-there-yet"),
        ({"recipe": {"name": "n", "prune": {"steps": 0}}}, "bad-recipe"),
    ],
)
def test_what_cannot_be_done_is_told_before_training(
    params: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    watcher = Watcher()
    with pytest.raises(ThimbleError) as caught:
        compress({**params, "recipe": STRUCTURED, **changed}, watcher.context)
    assert caught.value.code == code
    assert not watcher.partials()
    assert not Path(params["out"]).exists()


def test_an_output_folder_that_cannot_be_written(params: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    watcher = Watcher()
    with pytest.raises(ThimbleError) as caught:
        compress({**params, "recipe": STRUCTURED, "out": str(tmp_path / "file")}, watcher.context)
    assert caught.value.code == "cannot-write"
    assert watcher.fractions() == []


def test_a_disk_that_is_full_when_the_model_is_written(
    params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(model: Any, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.compress.quantizers.base.write_onnx", full)
    with pytest.raises(ThimbleError, match=r"cannot write .*out: No space left on device"):
        compress({**params, "recipe": {"name": "plain", "quantize": {"kind": "none"}}}, Watcher().context)
    assert not Path(params["out"]).exists()


def test_survey(params: dict[str, Any]) -> None:
    result = survey(params, Watcher().context)
    assert result["accuracy"] > 0.8
    assert not result["near_chance"]
    assert result["counts"] == {"train": 400, "test": 120}
    assert len(result["classes"]) == 10
    assert 0.1 <= result["chance"] < 0.2
    with np.load(result["samples"]) as samples:
        assert samples["images"].shape == (20, 14, 14, 1)
        assert sorted(set(samples["labels"].tolist())) == list(range(10))
        assert samples["class_names"].tolist() == list("0123456789")


def test_the_range_of_pictures_is_asked_for_where_the_model_does_not_tell_it(
    params: dict[str, Any], tmp_path: Path
) -> None:
    for name in "0123456789":
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(2):
            picture = Image.fromarray(np.full((14, 14), 20 * int(name) + number, np.uint8))
            picture.save(tmp_path / "pictures" / name / f"{number}.png")
    pictures = {**params, "data": str(tmp_path / "pictures")}
    watcher = Watcher()
    assert not survey(pictures, Watcher().context)["range_known"]
    assert survey({**pictures, "options": {"scaling": "0..1"}}, Watcher().context)["range_known"]
    evaluate(pictures, watcher.context)
    assert any("nothing tells" in event.text for event in watcher.events if isinstance(event, Log))


def test_an_untrained_model_is_near_chance(params: dict[str, Any]) -> None:
    result = survey({**params, "model": "zoo:lenet-p", "data": "digits"}, Watcher().context)
    assert result["near_chance"]
    assert result["range_known"], "there is one scaling of the digits"
