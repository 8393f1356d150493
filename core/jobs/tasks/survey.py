"""Task: what a model can do on its data before anything is changed, and a few pictures to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.data import DataSet, check_fits, load_data
from core.data.subset import examples_of_each_class
from core.evaluate import evaluate_keras
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.keras_model import outputs, sample_shape
from core.models.loading import check_model_file, load_keras
from core.paths import cannot_write, output_dir
from core.recipe import DataOptions
from core.recipe_toml import section_from_dict

SAMPLES = 20
SAMPLES_FILE = "samples.npz"
#: A model that is not this share of the way from guessing to perfect has probably not been trained.
_NEAR_CHANCE = 0.15


def survey(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (`.keras` or ``zoo:NAME``), data, out (a folder); and, where the data are not to be
    read as usual, options (the keys of a recipe's `[data]`).

    Writes samples.npz into `out`, where the data are images: `images` ``[n, h, w, c]`` float32, `labels`
    ``[n]``, `class_names`; test images that take the classes in turn. Result: accuracy,
    macro_precision, loss, classes, counts (train, test), chance (share of the largest class of the test
    samples), near_chance, samples (the path, or None), input_shape, input_range, parameters. Raises
    ThimbleError.
    """
    options = section_from_dict(DataOptions, params.get("options") or {}, "data")
    check_model_file(params["model"])
    out = output_dir(Path(params["out"]))
    context.progress(0.02, "Starting TensorFlow")
    start_tensorflow(0)
    context.check_cancelled()
    context.progress(0.6, "Opening the model and the data")
    model = load_keras(params["model"])
    data = load_data(params["data"], sample_shape(model), options)
    check_fits(data, sample_shape(model), outputs(model))
    context.check_cancelled()
    context.progress(0.8, "Testing the model")
    evaluation = evaluate_keras(model, data)
    chance = float(np.bincount(data.y_test).max() / len(data.y_test))
    samples = str(_write_samples(data, out / SAMPLES_FILE)) if data.has_images else None
    context.progress(1.0, "Done")
    return {
        "accuracy": evaluation.accuracy,
        "macro_precision": evaluation.macro_precision,
        "loss": evaluation.loss,
        "classes": list(data.class_names),
        "counts": {"train": len(data.y_train), "test": len(data.y_test)},
        "chance": chance,
        "near_chance": evaluation.accuracy < chance + _NEAR_CHANCE * (1.0 - chance),
        "samples": samples,
        "input_shape": list(data.sample_shape),
        "input_range": data.input_range,
        "parameters": int(model.count_params()),
    }


def _write_samples(data: DataSet, path: Path) -> Path:
    chosen = examples_of_each_class(data.y_test, SAMPLES)
    try:
        np.savez(
            path,
            images=data.x_test[chosen],
            labels=data.y_test[chosen],
            class_names=np.asarray(data.class_names),
        )
    except OSError as error:
        raise cannot_write(path, error) from error
    return path
