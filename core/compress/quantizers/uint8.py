"""uint8: an ONNX file whose weights and activations are unsigned 8-bit integers, as `affine` says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from core.compress.quantizers.base import Samples
from core.compress.quantizers.int8 import Int8
from core.compress.run_files import ONNX
from core.models.onnx_export import write_onnx


class Uint8(Int8):
    """The ONNX file is deployed; the TFLite file beside it is int8 with unsigned input and output."""

    deployed: ClassVar[str] = ONNX

    def configure(self, converter: Any, samples: Samples) -> None:
        """As int8, but for both ends."""
        import tensorflow as tf

        super().configure(converter, samples)
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.uint8

    def write_onnx(self, model: Any, samples: Samples, path: Path) -> None:
        """Float first, with the batch norms folded, then in integers."""
        import onnx

        from core.compress.quantizers.qdq import to_qdq

        write_onnx(model, path, fold=True)
        onnx.save(to_qdq(onnx.load(path), samples()), path)
