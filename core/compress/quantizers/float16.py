"""float16: weights are stored in half precision, and computed with in single precision."""

from __future__ import annotations

from typing import Any

from core.compress.quantizers.base import PostTraining, Samples


class Float16(PostTraining):
    """Nothing is calibrated."""

    def configure(self, converter: Any, samples: Samples) -> None:
        """Shrink the weights to two bytes each."""
        import tensorflow as tf

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
