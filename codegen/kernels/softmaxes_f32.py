"""Float softmax and its logarithm, over the last axis."""

from __future__ import annotations

from codegen.graph import DType, LogSoftmax, Op, Softmax
from codegen.kernels.base import Field, Layer, LoweredLayer, f32, u32


class SoftmaxF32:
    function = "thimble_softmax_f32"
    serves: type[Op] = Softmax
    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    in_place = True
    _cycles = 3950

    def refusal(self, layer: Layer) -> str | None:
        return None

    def options(self, op: Op) -> tuple[Field, ...]:
        """Members before the sizes."""
        return (f32("beta", op.beta),) if isinstance(op, Softmax) else ()

    def lower(self, layer: Layer) -> LoweredLayer:
        columns = layer.input.shape[-1]
        rows = layer.input.elements // columns
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind.lower()} over {columns}",
            fields=(*self.options(layer.op), u32("rows", rows), u32("columns", columns)),
            constants=(),
            cycles=self._cycles * layer.input.elements,
        )


class LogSoftmaxF32(SoftmaxF32):
    function = "thimble_log_softmax_f32"
    serves: type[Op] = LogSoftmax
    _cycles = 4500
