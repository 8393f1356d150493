"""TensorFlow made repeatable: the same recipe, seed and machine give the same model. For workers alone."""

from __future__ import annotations

import os


def start_tensorflow(seed: int) -> None:
    """Import TensorFlow quietly, seed Python, NumPy and TensorFlow, and forbid operators that vary."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
