"""What the TFLite reference kernels compute: the truth that boards are compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError


def reference_outputs(
    tflite_path: Path | str, x: npt.NDArray[Any], on_sample: Callable[[int], None] | None = None
) -> npt.NDArray[Any]:
    """The model's output for each sample, by TFLite's portable reference kernels (BUILTIN_REF).

    A model with an operator that they lack (ELU) or compute wrongly (sums of int8, which they neither clamp
    nor let fall below the zero point) is run by LiteRT's ordinary kernels, without delegates.
    `x` is ``[samples, …]`` in the model's own input type. Returns ``[samples, …]`` in its output type.
    `on_sample` is called with the index of each sample when it is done; what it raises ends the work.
    Raises ThimbleError ``reference-failed`` when the interpreter cannot run the model.
    """
    try:
        interpreter = _interpreter(Path(tflite_path))
        source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    except (ValueError, RuntimeError) as error:
        raise _failed(tflite_path, error) from error
    outputs = []
    for index, sample in enumerate(x):
        try:
            interpreter.set_tensor(source["index"], sample.reshape(source["shape"]))
            interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise _failed(tflite_path, error) from error
        outputs.append(interpreter.get_tensor(result["index"])[0].copy())
        if on_sample is not None:
            on_sample(index)
    return np.stack(outputs)


def _interpreter(path: Path) -> Any:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType  # 0.7 s, and not for the window

    def make(resolver: Any) -> Any:
        made = Interpreter(model_path=str(path), experimental_op_resolver_type=resolver)
        made.allocate_tensors()
        return made

    try:
        made = make(OpResolverType.BUILTIN_REF)
    except ValueError as error:
        if "Didn't find op" not in str(error):
            raise
    else:
        if not _sums_int8(made):
            return made
    return make(OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)


def _sums_int8(interpreter: Any) -> bool:
    """Whether there is a SUM whose input is int8."""
    types = {tensor["index"]: tensor["dtype"] for tensor in interpreter.get_tensor_details()}
    # The interpreter tells the operators by a private name only.
    return any(
        op["op_name"] == "SUM" and types.get(op["inputs"][0]) is np.int8
        for op in interpreter._get_ops_details()
    )


def _failed(path: Path | str, error: Exception) -> ThimbleError:
    return ThimbleError(
        "reference-failed",
        f"the TFLite interpreter cannot run {Path(path).name}: {error}",
        "check that the file is a complete .tflite model",
    )
