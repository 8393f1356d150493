"""A task for the engine's own worker: what has to hold inside it, each found out once. See test_tfmot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.compress.tfmot.exchange import Question
from core.compress.tfmot.pruning import shares_of, wrapped_for_pruning
from core.compress.tfmot.rebuild import check_equal, rebuilt
from core.compress.tfmot.work import answer, check
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.loading import load_keras
from core.recipe import Schedule
from core.recipe_toml import recipe_from_dict
from core.runners.tflite import TfliteRunner

STEPS, BATCHES, SHARE = 4, 10, 0.5
TFMOT = {"engine": "tfmot"}
PRUNE = {"kind": "element", "criterion": "magnitude", "sparsity": SHARE, "steps": STEPS, **TFMOT}
CLUSTER = {"clusters": 6, "finetune_epochs": 1, **TFMOT}
QUANTIZE = {"mode": "qat", "finetune_epochs": 1, "calibration": 50, **TFMOT}
FINETUNE = {"epochs": 1, "batch_size": 16, "learning_rate": 0.003}


def find_out(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: models (paths, the first one trained), source, preprocessing (of `Question`), images (`.npy`),
    odd (path of a model that cannot be rebuilt), unknown (of one that tfmot cannot quantize)."""
    start_tensorflow(0)
    differences = []
    for path in params["models"]:
        model = load_keras(path)
        twin = rebuilt(model)
        check_equal(model, twin)
        images = np.random.default_rng(1).random((8, *model.input_shape[1:]), np.float32)
        pair = (np.asarray(each(images, training=False)) for each in (model, twin))
        differences.append(float(np.abs(np.subtract(*pair)).max()))
    return {
        "differences": differences,
        "schedules": {each.value: _shares_by_batch(params, each) for each in Schedule},
        **_collaborative(params, context),
        "refusals": [_refusal(params["odd"], {}), _refusal(params["unknown"], QUANTIZE)],
    }


def _shares_by_batch(params: dict[str, Any], schedule: Schedule) -> list[float]:
    """The share that is masked after each batch, of all weights."""
    model = load_keras(params["models"][0])
    prune = recipe_from_dict({"name": "n", "prune": PRUNE}).prune
    assert prune is not None
    prune = replace(prune, schedule=schedule)
    pruning = wrapped_for_pruning(rebuilt(model), shares_of(model, prune), prune, BATCHES)
    hold = pruning.bind(pruning.model)
    found = []
    for _ in range(BATCHES):
        pruning.model(np.zeros((1, *model.input_shape[1:]), np.float32), training=True)
        hold()
        found.append(pruning.zeros / sum(w.size for w in model.get_weights() if w.ndim > 1))
    return found


def _collaborative(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Pruned (without training), then clustered, then trained quantized, one after the other."""
    sections: dict[str, Any] = {"prune": PRUNE, "cluster": CLUSTER, "quantize": QUANTIZE}
    pruned = _answered({"prune": PRUNE}, 0, params, context, None)
    sections["finetune"] = FINETUNE
    clustered = _answered(sections, 1, params, context, pruned.weights)
    trained = _answered(sections, 2, params, context, clustered.weights)
    images = np.load(params["images"])
    path = Path(params["images"]).with_name("pcqat.tflite")
    path.write_bytes(trained.tflite or b"")
    runner = TfliteRunner(path)
    outputs = np.concatenate([runner.run(image[None]) for image in images])
    made = {"pruned": pruned, "clustered": clustered, "pcqat": trained}
    return {
        "file": str(path),
        "classes": outputs.argmax(1).tolist(),
        **{name: _facts(each.weights) for name, each in made.items()},
    }


def _answered(
    sections: dict[str, Any], step: int, params: dict[str, Any], context: JobContext, weights: Any
) -> Any:
    model = load_keras(params["models"][0])
    if weights is not None:
        model.set_weights(weights)
    recipe = recipe_from_dict({"name": "n", **sections})
    question = Question(recipe, step, params["source"], params["preprocessing"])
    return answer(question, model, None, context)


def _facts(weights: Any) -> dict[str, Any]:
    """Of the kernels: the share of zeros of all, and the numbers of different values of each."""
    kernels = [weight for weight in weights if weight.ndim > 1]
    zeros = sum(int((kernel == 0.0).sum()) for kernel in kernels)
    return {
        "zeros": zeros / sum(kernel.size for kernel in kernels),
        "values": [len(np.unique(kernel)) for kernel in kernels],
    }


def _refusal(path: str, quantize: dict[str, Any]) -> list[str]:
    try:
        check(load_keras(path), recipe_from_dict({"name": "n", "quantize": quantize}))
    except ThimbleError as error:
        return [error.code, error.what]
    return []
