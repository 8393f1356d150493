"""int8 after training with fake quantization: the ranges are those that the network was trained with."""

from __future__ import annotations

from pathlib import Path

from core.compress.compressed import Compressed
from core.compress.qat.export import simulation_to_tflite
from core.compress.quantizers.base import ONNX, TFLITE, Quantizer
from core.data import DataSet
from core.jobs.context import JobContext
from core.models.onnx_export import write_onnx
from core.recipe import Recipe


class Int8Trained(Quantizer):
    """Quantization-aware training, and fine-tuning after quantization."""

    def write(
        self, compressed: Compressed, data: DataSet, recipe: Recipe, folder: Path, context: JobContext
    ) -> None:
        """See `Quantizer.write`. Raises ThimbleError ``cannot-train-quantized`` too."""
        if compressed.simulation is None:
            raise ValueError("the recipe was run without training with fake quantization")
        context.progress(0.0, "Converting to TFLite")
        (folder / TFLITE).write_bytes(simulation_to_tflite(compressed.simulation))
        context.check_cancelled()
        context.progress(0.6, "Converting to ONNX")
        write_onnx(compressed.model, folder / ONNX)
        context.check_cancelled()
