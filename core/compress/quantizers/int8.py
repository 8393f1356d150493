"""int8: weights, activations, input and output are 8-bit integers (TFLite's quantization specification)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.compress.quantizers.base import PostTraining, Samples
from core.data.dataset import FloatArray


class Int8(PostTraining):
    """The ranges of the activations are those that the calibration images reach."""

    def configure(self, converter: Any, samples: Samples) -> None:
        """Full integers, at both ends too."""
        import tensorflow as tf

        def batches() -> Iterator[list[FloatArray]]:
            for sample in samples():
                yield [sample[None]]

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = batches
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
