"""int8 after training with fake quantization: the ranges are those that the network was trained with."""

from __future__ import annotations

from pathlib import Path

from core.compress.compressed import Compressed
from core.compress.qat.export import simulation_to_tflite
from core.compress.quantizers.base import Quantizer, Samples, watched
from core.compress.run_files import ONNX, TFLITE
from core.data import DataSet
from core.data.subset import calibration_images
from core.jobs.context import JobContext
from core.models.onnx_export import write_onnx
from core.recipe import Recipe


class Int8Trained(Quantizer):
    """Quantization-aware training, and fine-tuning after quantization."""

    def write(
        self, compressed: Compressed, data: DataSet, recipe: Recipe, folder: Path, context: JobContext
    ) -> None:
        """See `Quantizer.write`. Raises ThimbleError ``cannot-train-quantized`` too."""
        if compressed.simulation is None and compressed.tflite is None:
            raise ValueError("the recipe was run without training with fake quantization")
        context.progress(0.0, "Converting to TFLite")
        (folder / TFLITE).write_bytes(self.tflite(compressed))
        context.check_cancelled()
        part = context.section(0.6, 1.0)
        part.progress(0.0, "Converting to ONNX")
        calibration = calibration_images(data, recipe.quantize.calibration, recipe.seed)
        self.write_onnx(compressed, watched(calibration, part), folder / ONNX)
        context.check_cancelled()

    def tflite(self, compressed: Compressed) -> bytes:
        """The TFLite file: that of the engine that trained."""
        if compressed.tflite is not None:
            return compressed.tflite
        assert compressed.simulation is not None  # noqa: S101 - asked before
        return simulation_to_tflite(compressed.simulation)

    def write_onnx(self, compressed: Compressed, samples: Samples, path: Path) -> None:
        """Write the ONNX file: float, unless the member says otherwise."""
        write_onnx(compressed.model, path)
