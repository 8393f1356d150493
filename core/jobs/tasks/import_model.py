"""Task: a model of another format as a file that is read without TensorFlow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from core.data.preprocessing import PREPROCESSING, preprocessing_beside, read_preprocessing
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.formats import Form
from core.models.imported import imported_file
from core.models.loading import check_model_file, load_keras, load_tflite
from core.paths import cannot_write, write_atomically


def import_model(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (a file or folder of any format); form (``.keras`` or ``.tflite``, a `Form`);
    allow_unsafe (whether code in the file may run; False if left out).

    Writes the file into the user's cache, once for each contents. What lies beside the model about its inputs
    comes along. Result: path. Raises ThimbleError as `load_keras` does.
    """
    model, form = Path(params["model"]), Form(params.get("form", Form.KERAS.value))
    allow_unsafe = bool(params.get("allow_unsafe", False))
    path = imported_file(model, form, allow_unsafe)
    if not path.is_file():
        if form is Form.KERAS:
            check_model_file(model, allow_unsafe)
        read_preprocessing(model)  # what is broken is told before TensorFlow starts
        context.progress(0.02, "Starting TensorFlow")
        start_tensorflow(0)
        context.check_cancelled()
        context.progress(0.5, f"Reading {model.name}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stored = preprocessing_beside(model)
            if stored is not None:  # first: the model's file says that all is there
                write_atomically(path.with_name(PREPROCESSING), stored.read_bytes())
            if form is Form.KERAS:
                _save_keras(load_keras(model, allow_unsafe), path, context)
            else:
                write_atomically(path, load_tflite(model, allow_unsafe))
        except OSError as error:
            raise cannot_write(path, error) from error
    context.progress(1.0, "Done")
    return {"path": str(path)}


def _save_keras(model: Any, path: Path, context: JobContext) -> None:
    """Beside its place, and renamed in."""
    context.check_cancelled()
    context.progress(0.9, "Writing it for Thimble")
    beside = path.with_name(f"part-{os.getpid()}-{path.name}")
    try:
        model.save(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
