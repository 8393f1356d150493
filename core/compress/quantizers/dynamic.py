"""Dynamic range: weights are stored as int8, activations stay floating point."""

from __future__ import annotations

from typing import Any

from core.compress.quantizers.base import PostTraining, Samples


class DynamicRange(PostTraining):
    """TensorFlow's converter leaves small layers in floating point; nothing is calibrated."""

    def configure(self, converter: Any, samples: Samples) -> None:
        """Shrink the weights."""
        import tensorflow as tf

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
