"""What the TFLite reference kernels compute: the truth that boards are compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError


def reference_outputs(tflite_path: Path | str, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The model's output for each sample, by TFLite's portable reference kernels (BUILTIN_REF).

    `x` is ``[samples, …]`` in the model's own input type. Returns ``[samples, …]`` in its output type.
    Raises ThimbleError ``reference-failed`` when the interpreter cannot run the model.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType  # 0.7 s, and not for the window

    try:
        interpreter = Interpreter(
            model_path=str(tflite_path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF
        )
        interpreter.allocate_tensors()
        source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        outputs = []
        for sample in x:
            interpreter.set_tensor(source["index"], sample.reshape(source["shape"]))
            interpreter.invoke()
            outputs.append(interpreter.get_tensor(result["index"])[0].copy())
    except (ValueError, RuntimeError) as error:
        raise ThimbleError(
            "reference-failed",
            f"the TFLite interpreter cannot run {Path(tflite_path).name}: {error}",
            "check that the file is a complete .tflite model",
        ) from error
    return np.stack(outputs)
