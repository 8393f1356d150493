"""Compression by every kind of recipe, of networks with branches, and of those whose input is no image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.frontends import load_graph
from codegen.options import BuildOptions
from codegen.sparse import ENCODINGS
from codegen.targets.board import find_board
from core.flow.survey import survey_from_result
from core.jobs.tasks.compress import compress
from core.jobs.tasks.deploy import load_samples
from core.jobs.tasks.evaluate import evaluate
from core.jobs.tasks.survey import survey
from core.models.keras_graph import read_keras_graph
from core.models.tflite_weights import read_tflite_weights
from tests.tf.conftest import Watcher, build_branched
from tests.tf.job_recipes import AT_ONCE, ELEMENT, make_recipe

pytestmark = pytest.mark.tf


def test_element_wise_compression_leaves_real_zeros(params: dict[str, Any]) -> None:
    result = compress({**params, "recipe": ELEMENT}, Watcher().context)
    out = Path(params["out"])
    graph = read_keras_graph(out / "model.keras")
    float_weights = [np.asarray(w.data) for op in graph.ops if (w := graph.weight(op)) is not None]
    size = sum(w.size for w in float_weights)
    assert sum(np.count_nonzero(w == 0.0) for w in float_weights) == int(np.ceil(0.9 * size - 1e-9))
    stored = read_tflite_weights(out / "model.tflite")
    assert sum(np.count_nonzero(layer.kernel == 0) for layer in stored) >= 0.9 * size
    assert result["parameters"]["after"] == result["parameters"]["before"]
    assert result["parameters"]["nonzero"] < 0.15 * result["parameters"]["before"]


@AT_ONCE
def test_networks_with_branches_are_compressed(
    recipe: dict[str, Any], params: dict[str, Any], tmp_path: Path
) -> None:
    build_branched().save(tmp_path / "branched.keras")
    result = compress(
        {**params, "model": str(tmp_path / "branched.keras"), "recipe": recipe}, Watcher().context
    )
    names = ["stem", "body/depthwise", "body", "deep", "side", "last", "answer"]
    assert sorted(layer["name"] for layer in result["layers"]) == sorted(names)
    assert result["parameters"]["before"] == build_branched().count_params()
    stored = {layer.name: layer for layer in read_tflite_weights(Path(params["out"]) / "model.tflite")}
    rebuilt = load_graph(Path(params["out"]) / "model.tflite")
    weighted = [op.name for op in rebuilt.ops if rebuilt.weight(op) is not None]
    assert sorted(weighted) == sorted(stored)
    if recipe["prune"]["kind"] == "structured":
        assert result["parameters"]["after"] < 0.5 * result["parameters"]["before"]
    else:
        kernels = [layer.kernel for layer in stored.values()]
        assert sum(np.count_nonzero(k == 0) for k in kernels) >= 0.9 * sum(k.size for k in kernels)


@pytest.mark.parametrize(
    ("kind", "criterion", "steps"),
    [("structured", "gradient", 2), ("structured", "activation", 1), ("element", "gradient", 1)],
)
def test_criteria_that_need_the_data(kind: str, criterion: str, steps: int, params: dict[str, Any]) -> None:
    prune = {"kind": kind, "criterion": criterion, "sparsity": 0.6, "steps": steps}
    recipe = make_recipe(prune=prune, quantize={"kind": "none"})
    result = compress({**params, "recipe": recipe}, Watcher().context)
    assert result["parameters"]["nonzero"] <= 0.42 * result["parameters"]["before"]
    assert result["accuracy"]["after"] > 0.5


def test_clusters_survive_fine_tuning_and_int8(params: dict[str, Any]) -> None:
    recipe = make_recipe(
        prune={"kind": "element", "sparsity": 0.5, "steps": 1}, cluster={"clusters": 8, "finetune_epochs": 3}
    )
    watcher = Watcher()
    result = compress({**params, "recipe": recipe}, watcher.context)
    assert [epoch["epoch"] for epoch in watcher.partials()] == [1, 2, 3, 4, 5, 6, 7]
    graph = read_keras_graph(Path(params["out"]) / "model.keras")
    kernels = [np.asarray(w.data) for op in graph.ops if (w := graph.weight(op)) is not None]
    assert max(len(np.unique(kernel)) for kernel in kernels) <= 8
    assert sum(np.count_nonzero(k == 0) for k in kernels) >= 0.5 * sum(k.size for k in kernels)
    for layer in read_tflite_weights(Path(params["out"]) / "model.tflite"):
        # Scales are per channel, so a codebook is too.
        assert all(len(np.unique(channel)) <= 8 for channel in layer.kernel.reshape(len(layer.kernel), -1))
    deployed, options = load_graph(Path(params["out"]) / "model.tflite"), BuildOptions(encoding="codebook")
    stored = [layer.encoding for layer in compile_model(deployed, find_board("virtual-pico"), options).layers]
    assert sum(encoding in ENCODINGS["codebook"] for encoding in stored) == 4
    assert result["accuracy"]["after"] > 0.5


@pytest.fixture(scope="module", params=[(64,), (16, 4)], ids=["flat", "series"])
def no_images(
    request: pytest.FixtureRequest, tensorflow: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """A model of dense layers and its data: four directions in 64 numbers, with noise."""
    import keras

    shape: tuple[int, ...] = request.param
    folder = tmp_path_factory.mktemp("no-images")
    rng = np.random.default_rng(0)
    y = np.arange(320) % 4
    x = (np.eye(4)[y].repeat(16, axis=1) + rng.normal(0.0, 0.5, (320, 64))).astype(np.float32)
    x = x.reshape(-1, *shape)
    np.savez(folder / "d.npz", x_train=x[:240], y_train=y[:240], x_test=x[240:], y_test=y[240:])
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(shape),
            *([keras.layers.Flatten()] if len(shape) > 1 else []),
            keras.layers.Dense(24, activation="relu", name="thoughts"),
            keras.layers.Dense(16, activation="relu", name="more", use_bias=False),
            keras.layers.Dense(4, activation="softmax", name="answer"),
        ]
    )
    model.save(folder / "m.keras")
    return {"model": str(folder / "m.keras"), "data": str(folder / "d.npz"), "out": str(folder / "out")}


@AT_ONCE
def test_models_whose_input_is_no_image(no_images: dict[str, Any], recipe: dict[str, Any]) -> None:
    result = compress({**no_images, "recipe": {**recipe, "augment": {"shift": 0.1}}}, Watcher().context)
    tflite = Path(no_images["out"]) / "model.tflite"
    deployed = evaluate({**no_images, "model": str(tflite)}, Watcher().context)
    assert deployed["accuracy"] == result["accuracy"]["after"]
    original = evaluate(no_images, Watcher().context)
    assert original["accuracy"] == result["accuracy"]["before"]
    assert original["parameters"] == result["parameters"]["before"]
    graph = load_graph(tflite)
    samples = load_samples({"data": no_images["data"]}, graph)
    assert samples.x.shape == (80, *graph.tensors[graph.inputs[0]].shape[1:])
    assert samples.x.dtype == np.int8


def test_survey_without_pictures(no_images: dict[str, Any], tmp_path: Path) -> None:
    result = survey({**no_images, "out": str(tmp_path)}, Watcher().context)
    assert result["samples"] is None
    assert survey_from_result(result).samples is None
    assert result["counts"] == {"train": 240, "test": 80}
