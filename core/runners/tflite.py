"""`.tflite` files, by LiteRT's built-in kernels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Quantization
from core.boards.quantization import quantize
from core.data.samples import FloatArray
from core.errors import ThimbleError
from core.models.tflite_weights import read_tflite_bytes
from core.runners.base import Runner


class TfliteRunner(Runner):
    """Real numbers of integers are scale · (integer − zero point), in single precision."""

    def __init__(self, path: str | Path) -> None:
        """Open the file. Raises ThimbleError ``missing-file`` or ``bad-model``."""
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        content = read_tflite_bytes(path)
        try:
            # XNNPACK rounds differently from the boards' arithmetic, so it is left out
            self._interpreter = Interpreter(
                model_content=content,
                num_threads=1,
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ThimbleError(
                "bad-model", f"LiteRT cannot open {path} ({error})", "convert the model again"
            ) from error
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]
        self.sample_shape = tuple(int(n) for n in self._input["shape"][1:])
        self.outputs = int(self._output["shape"][-1])

    def run(self, samples: FloatArray) -> FloatArray:
        """See `Runner.run`."""
        self._interpreter.set_tensor(self._input["index"], self._quantized(samples))
        self._interpreter.invoke()
        raw = self._interpreter.get_tensor(self._output["index"])
        scale, zero_point = self._output["quantization"]
        if not scale:
            return np.asarray(raw, np.float32)
        return np.asarray(scale * (raw.astype(np.float32) - zero_point), np.float32)

    def _quantized(self, samples: FloatArray) -> npt.NDArray[Any]:
        scale, zero_point = self._input["quantization"]
        dtype = np.dtype(self._input["dtype"])
        if not scale:
            return samples.astype(dtype)
        return quantize(samples, Quantization((scale,), (zero_point,)), dtype)
