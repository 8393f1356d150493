"""uint8 after training with fake quantization: weights and ranges are those of the training.

The grid of the weights in `affine` is that of the training: 127 steps of the largest weight of a channel.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from core.compress.compressed import Compressed
from core.compress.qat.export import simulation_to_tflite
from core.compress.qat.onnx_ranges import trained_ranges
from core.compress.quantizers.base import Samples
from core.compress.quantizers.int8_trained import Int8Trained
from core.compress.run_files import ONNX
from core.models.onnx_export import write_onnx


class Uint8Trained(Int8Trained):
    """The ONNX file is deployed; the TFLite file beside it is int8 with unsigned input and output."""

    deployed: ClassVar[str] = ONNX

    def tflite(self, compressed: Compressed) -> bytes:
        """As int8, but for both ends."""
        assert compressed.simulation is not None  # noqa: S101 - no other engine trains for uint8
        return simulation_to_tflite(compressed.simulation, unsigned_ends=True)

    def write_onnx(self, compressed: Compressed, samples: Samples, path: Path) -> None:
        """Float first, with the batch norms folded, then in integers. What had no range of its own in the
        training, such as an average, gets what the calibration samples reach."""
        import onnx

        from core.compress.quantizers.qdq import results_to_quantize, to_qdq

        assert compressed.simulation is not None  # noqa: S101 - as above
        write_onnx(compressed.model, path, fold=True)
        model = onnx.load(path)
        trained = trained_ranges(model, results_to_quantize(model), compressed.simulation)
        onnx.save(to_qdq(model, samples(), trained=trained), path)
