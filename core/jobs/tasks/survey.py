"""Task: what a model can do on its data before anything is changed, and a few pictures to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.data import DataSet
from core.data.preprocessing import Preprocessing, is_range_known, options_given
from core.data.subset import examples_of_each_class
from core.evaluate import evaluate_keras
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.input_scaling import inputs_of
from core.models.loading import check_model_file, load_keras
from core.models.model_data import check_data, data_for_keras
from core.paths import cannot_write, output_dir
from core.recipe import DataOptions

SAMPLES = 20
SAMPLES_FILE = "samples.npz"


def survey(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (of any format, or ``zoo:NAME``), data, out (a folder); and, where the data are not to
    be read as usual, options (the keys of a recipe's `[data]`); allow_unsafe (whether code in the model's
    file may run; False if left out).

    Writes samples.npz into `out`, where the data are images: `images` ``[n, h, w, c]`` of 0…1, `labels`
    ``[n]``, `class_names`; test images that take the classes in turn. Result: accuracy,
    macro_precision, loss, classes, counts (train, test), chance (share of the largest class of the test
    samples), near_chance, spare_outputs (those that the data have no class for), samples (the path, or None),
    input_shape, input_range, parameters, preprocessing, range_known (False where nothing tells in which
    range the model wants its inputs: ask). Raises ThimbleError.
    """
    options = options_given(params) or DataOptions()
    allow_unsafe = bool(params.get("allow_unsafe"))
    ends = check_model_file(params["model"], allow_unsafe)
    out = output_dir(Path(params["out"]))
    reading = context.section(0.0, 0.02).watch("Reading the data")
    checked = check_data(ends, params["model"], params["data"], options, reading)
    context.progress(0.02, "Starting TensorFlow")
    start_tensorflow(0)
    context.check_cancelled()
    context.progress(0.6, "Opening the model and the data")
    model = load_keras(params["model"], allow_unsafe)
    reading = context.section(0.6, 0.8).watch("Reading the data")
    data = data_for_keras(model, params["model"], params["data"], options, reading, checked)
    context.check_cancelled()
    testing = context.section(0.8, 1.0).watch("Testing the model")
    evaluation = evaluate_keras(model, data, testing)
    samples = str(_write_samples(data, out / SAMPLES_FILE)) if data.has_images else None
    context.progress(1.0, "Done")
    return {
        "accuracy": evaluation.accuracy,
        "macro_precision": evaluation.macro_precision,
        "loss": evaluation.loss,
        "classes": list(data.class_names),
        "counts": {"train": len(data.y_train), "test": len(data.y_test)},
        "chance": evaluation.chance,
        "near_chance": evaluation.near_chance,
        "spare_outputs": evaluation.spare_outputs,
        "samples": samples,
        "input_shape": list(data.sample_shape),
        "input_range": data.input_range,
        "parameters": int(model.count_params()),
        "preprocessing": Preprocessing.of(data).to_dict(),
        "range_known": is_range_known(params["model"], data, inputs_of(model) is not None),
    }


def _write_samples(data: DataSet, path: Path) -> Path:
    chosen = examples_of_each_class(data.y_test, SAMPLES)
    try:
        np.savez(
            path,
            images=data.normalization.shown(data.x_test[chosen]),
            labels=data.y_test[chosen],
            class_names=np.asarray(data.class_names),
        )
    except OSError as error:
        raise cannot_write(path, error) from error
    return path
