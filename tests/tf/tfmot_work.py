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

STEPS, BATCHES, SHARE = 4, 10, 0.8
TFMOT = {"engine": "tfmot"}
PRUNE = {"kind": "element", "criterion": "magnitude", "sparsity": SHARE, "steps": STEPS, **TFMOT}
CLUSTER = {"clusters": 6, "finetune_epochs": 1, **TFMOT}
QUANTIZE = {"mode": "qat", "finetune_epochs": 1, "calibration": 50, **TFMOT}
FINETUNE = {"epochs": 1, "batch_size": 40}


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
        "pruned": _worked({"prune": {**PRUNE, "schedule": "agp"}, "finetune": FINETUNE}, 0, params, context),
        "at once": _worked({"prune": PRUNE}, 0, params, context),
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
    """Pruned, then clustered, then trained quantized, one after the other on the same model."""
    recipe = {"prune": PRUNE, "cluster": CLUSTER, "finetune": FINETUNE, "quantize": QUANTIZE}
    first = _answered(recipe, 0, params, context, None)
    second = _answered(recipe, 1, params, context, first.weights)
    third = _answered(recipe, 2, params, context, second.weights)
    alone = _answered({"quantize": QUANTIZE}, 0, params, context, None)
    images = np.load(params["images"])
    outputs = {}
    for name, made in (("qat", alone), ("pcqat", third)):
        path = Path(params["images"]).with_name(f"{name}.tflite")
        path.write_bytes(made.tflite or b"")
        runner = TfliteRunner(path)
        outputs[name] = np.concatenate([runner.run(image[None]) for image in images]).argmax(1).tolist()
    kernels = {"clustered": second.weights, "pcqat": third.weights, "qat": alone.weights}
    return {"classes": outputs, **{name: _facts(weights) for name, weights in kernels.items()}}


def _worked(sections: dict[str, Any], step: int, params: dict[str, Any], context: JobContext) -> Any:
    return _facts(_answered(sections, step, params, context, None).weights)


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
