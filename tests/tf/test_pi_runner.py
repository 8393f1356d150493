"""The Keras engine of the Pi's runner, under this computer's Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.pi.runner import thimble_pi
from tests.tf.conftest import build_small
from tests.unit.pi.test_runner import Told, outputs

pytestmark = pytest.mark.tf


def test_keras_predicts_sample_by_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    threads: list[int] = []  # in this process TensorFlow cannot change them any more
    monkeypatch.setattr(tf.config.threading, "set_intra_op_parallelism_threads", threads.append)
    model = build_small()
    model.save(tmp_path / "small.keras")
    x = np.random.default_rng(0).random((2, 14, 14, 1), np.float32)
    files = [str(tmp_path / f"{number}.npy") for number in range(len(x))]
    for file, sample in zip(files, x, strict=True):
        np.save(file, sample)
    job: dict[str, Any] = {
        "engine": "keras",
        "model": str(tmp_path / "small.keras"),
        "threads": 3,
        "samples": files,
        "preparation": {"shift": 0, "divisor": 1, "dtype": "float32", "shape": [1, 14, 14, 1]},
        "runs": 3,
    }
    told = Told()
    thimble_pi.measure(job, told.tell)
    assert threads == [3]
    loaded, *inferences = told.events
    assert loaded["partition"] is None
    assert loaded["packages"]["tensorflow"] == tf.__version__
    assert all(0 < event["inference_s"] < event["total_s"] for event in inferences)
    right = model.predict(x[[0, 1, 0]], verbose=0)
    np.testing.assert_allclose(outputs(told), right, atol=1e-6)
    assert [event["predicted"] for event in inferences] == list(right.argmax(axis=1))
