"""The weights inside a converted file, as they are stored, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class StoredLayer:
    """Weights and biases of one operator as they are stored (integers when quantized, 0 standing for 0), and
    its multiply-accumulates. `name` is the Keras layer's, as far as the file tells it."""

    name: str
    kernel: Array
    bias: Array
    macs: int

    @property
    def parameters(self) -> int:
        return self.kernel.size + self.bias.size

    @property
    def nonzero(self) -> int:
        """Weights and biases that are not zero."""
        return int(np.count_nonzero(self.kernel)) + int(np.count_nonzero(self.bias))

    @property
    def sparsity(self) -> float:
        """Fraction of the weights (biases left out) that are zero."""
        return 1.0 - int(np.count_nonzero(self.kernel)) / self.kernel.size

    @property
    def unique(self) -> int:
        """Different stored values among the weights (biases left out)."""
        return int(np.unique(self.kernel).size)


def read_stored_layers(path: str | Path) -> tuple[StoredLayer, ...]:
    """The layers with weights of a `.tflite` or `.onnx` file, in the order in which they run.

    Raises ThimbleError ``missing-file`` or ``bad-model``, or CodegenError.
    """
    from core.models.onnx_weights import read_onnx_weights
    from core.models.tflite_weights import read_tflite_weights

    return read_onnx_weights(path) if Path(path).suffix.lower() == ".onnx" else read_tflite_weights(path)
