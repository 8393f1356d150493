"""What a quantizer is, and the kind that works on a model that is already trained."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from core.compress.compressed import Compressed
from core.compress.run_files import ONNX, TFLITE
from core.data import DataSet
from core.data.dataset import FloatArray
from core.data.subset import calibration_images
from core.jobs.context import JobContext
from core.models.onnx_export import write_onnx
from core.models.tflite_export import to_tflite
from core.recipe import Recipe

#: Gives, each time that it is called, the calibration samples anew, without a batch axis.
Samples = Callable[[], Iterator[FloatArray]]

#: Samples between two lines of progress.
_PROGRESS_EVERY = 10


class Quantizer(ABC):
    """Turns the pruned and clustered float model into the files that are deployed.

    One member for each (kind, mode) that `core.compress.quantizers.registry` lists.
    """

    #: The file that a board gets; the other one is for other runtimes.
    deployed: ClassVar[str] = TFLITE

    def check(self, recipe: Recipe) -> None:  # noqa: B027 - most can do all that a recipe may ask for
        """Raise ThimbleError for what the recipe asks for and this quantizer cannot do; before any work."""

    @abstractmethod
    def write(
        self, compressed: Compressed, data: DataSet, recipe: Recipe, folder: Path, context: JobContext
    ) -> None:
        """Write model.tflite and model.onnx into `folder`. For worker processes.

        `compressed` is left as it is; `context` takes progress 0…1, and is asked for
        cancellation between the files and at batch ends. Raises ThimbleError ``conversion-failed``.
        """


class PostTraining(Quantizer):
    """Quantization after training: TensorFlow's converter, set up by the member, and a float ONNX file."""

    def write(
        self, compressed: Compressed, data: DataSet, recipe: Recipe, folder: Path, context: JobContext
    ) -> None:
        """See `Quantizer.write`."""
        model = compressed.model
        calibration = calibration_images(data, recipe.quantize.calibration, recipe.seed)
        context.check_cancelled()
        part = context.section(0.0, 0.6)
        part.progress(0.0, "Converting to TFLite")
        samples = watched(calibration, part)
        content = to_tflite(model, lambda converter: self.configure(converter, samples))
        (folder / TFLITE).write_bytes(content)
        context.check_cancelled()
        part = context.section(0.6, 1.0)
        part.progress(0.0, "Converting to ONNX")
        self.write_onnx(model, watched(calibration, part), folder / ONNX)
        context.check_cancelled()

    @abstractmethod
    def configure(self, converter: Any, samples: Samples) -> None:
        """Set up a ``tf.lite.TFLiteConverter``; the samples set the ranges of the activations."""

    def write_onnx(self, model: Any, samples: Samples, path: Path) -> None:
        """Write the ONNX file: float, unless the member says otherwise."""
        write_onnx(model, path)


def watched(calibration: FloatArray, context: JobContext) -> Samples:
    """The samples one after another, with progress; a cancelled job ends between two of them."""

    def samples() -> Iterator[FloatArray]:
        for done, sample in enumerate(calibration):
            context.check_cancelled()
            if done % _PROGRESS_EVERY == 0:
                context.progress(done / len(calibration), f"Calibrating with {len(calibration):,} samples")
            yield np.ascontiguousarray(sample)

    return samples
