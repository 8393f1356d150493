"""The inside of a `.tflite` file: LiteRT keeps all tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.frontends.tflite.naming import layer_name
from codegen.graph import Quantization
from core.boards.quantization import quantize
from core.compress.quantization_loss.noise import Array, Traced
from core.data.samples import FloatArray

_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
#: Changes of type and of shape add no noise that is not their input's.
_NO_LAYERS = ("QUANTIZE", "DEQUANTIZE", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "DELEGATE")


class TfliteProbe:
    """A file of any numbers with one input; see `Probe`."""

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self._interpreter = Interpreter(
            model_content=content,
            num_threads=1,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._interpreter.allocate_tensors()
        self._tensors = {tensor["index"]: tensor for tensor in self._interpreter.get_tensor_details()}
        self._input = self._interpreter.get_input_details()[0]
        self._places: dict[str, int] = {}
        self._kernel_places: dict[str, int] = {}
        self.layers: dict[str, Traced] = {}
        # The interpreter tells the operators by a private name only.
        for op in self._interpreter._get_ops_details():
            self._note(op["op_name"], [int(n) for n in op["inputs"]], int(op["outputs"][0]))
        self._run(np.zeros(tuple(self._input["shape"][1:]), np.float32))
        self.kernels = {name: self._real(place) for name, place in self._kernel_places.items()}

    def _note(self, kind: str, inputs: list[int], output: int) -> None:
        name = self._tensors[output]["name"]
        if kind in _NO_LAYERS:
            return
        self._places[name] = output
        self.layers[name] = Traced(layer_name(name, kind), kind)
        if kind in _WEIGHTED:
            self._kernel_places[name] = inputs[1]

    def outputs(self, sample: FloatArray) -> dict[str, Array]:
        """See `Probe.outputs`."""
        self._run(sample)
        return {name: self._real(place) for name, place in self._places.items()}

    def _run(self, sample: FloatArray) -> None:
        scale, zero_point = self._input["quantization"]
        given: Array = sample[None]
        if scale:
            by = Quantization((scale,), (zero_point,))
            given = quantize(given, by, np.dtype(self._input["dtype"]))
        self._interpreter.set_tensor(self._input["index"], given)
        self._interpreter.invoke()

    def _real(self, place: int) -> Array:
        raw = self._interpreter.get_tensor(place)
        by: dict[str, Any] = self._tensors[place]["quantization_parameters"]
        scales = np.asarray(by["scales"], np.float64)
        if not scales.size:
            return np.asarray(raw)
        shape = [-1 if n == by["quantized_dimension"] else 1 for n in range(raw.ndim)]
        along = shape if scales.size > 1 else []
        zeros = np.asarray(by["zero_points"], np.float64)
        return np.asarray((raw.astype(np.float64) - zeros.reshape(along)) * scales.reshape(along))
