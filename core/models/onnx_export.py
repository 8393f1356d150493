"""Keras to float ONNX. For worker processes."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ThimbleError


def write_onnx(model: Any, path: str | Path) -> None:
    """Write the float model as ONNX (NHWC, any batch). Raises ThimbleError ``conversion-failed``."""
    shape = model.input_shape[1:]
    model.predict(np.zeros((1, *shape), np.float32), verbose=0)  # Keras exports only what has run
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            model.export(os.fspath(path), format="onnx", verbose=False)
    except (ValueError, RuntimeError, TypeError, ImportError) as error:
        raise ThimbleError(
            "conversion-failed",
            f"the model cannot be written as ONNX ({str(error).splitlines()[0]})",
            "use the layers that `thimble inspect` supports",
        ) from error
