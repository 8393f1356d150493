"""Float powers, remainders and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from codegen.graph import Compare, DType, Mod, Op, Power
from codegen.kernels.base import Field, Layer, LoweredLayer, u8
from codegen.kernels.operands import broadcast, broadcast_refusal, constant_inputs, describe
from codegen.kernels.relations import holds


class BinaryF32:
    """One operator; `cycles` are estimated for one element, the output is of the type `result`."""

    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def __init__(
        self,
        serves: type[Op],
        cycles: int,
        options: Callable[[Any], tuple[Field, ...]],
        result: DType = DType.FLOAT32,
    ) -> None:
        self.serves = serves
        self.function = f"thimble_{serves.__name__.lower()}_f32"
        self._cycles = cycles
        self._options = options
        self._result = result

    def refusal(self, layer: Layer) -> str | None:
        inputs = [layer.graph.tensors[name] for name in layer.op.inputs]
        odd = next((t for t in inputs if t.dtype is not DType.FLOAT32), None)
        if odd is not None:
            return f"mixes float32 with {odd.dtype.value}"
        if layer.output.dtype is not self._result:
            return f"gives {layer.output.dtype.value}"
        return broadcast_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind.lower()} of {describe(layer)}",
            fields=(broadcast(layer), *self._options(layer.op)),
            constants=constant_inputs(layer),
            cycles=self._cycles * layer.output.elements,
        )


BINARY = (
    BinaryF32(Power, 9500, lambda op: ()),
    BinaryF32(Mod, 920, lambda op: (u8("truncated", int(op.truncated)),)),
    BinaryF32(Compare, 120, lambda op: (holds(op),), DType.BOOL),
)
