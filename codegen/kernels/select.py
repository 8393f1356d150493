"""One of two elements, as a bool says; of every type."""

from __future__ import annotations

from codegen.graph import DType, Op, Select
from codegen.kernels.base import Layer, LoweredLayer, array, s32, u8, u32
from codegen.kernels.operands import constant_inputs, merged_axes

_AXES = 4


class SelectBytes:
    function = "thimble_select"
    serves: type[Op] = Select
    dtype: DType | None = DType.BOOL
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        a, b = (layer.graph.tensors[name] for name in layer.op.inputs[1:])
        if not a.dtype is b.dtype is layer.output.dtype:
            return f"chooses between {a.dtype.value} and {b.dtype.value}"
        if not a.quantization == b.quantization == layer.output.quantization:
            return "changes the scale"
        many = len(self._axes(layer)) > _AXES
        return f"broadcasts its inputs over more than {_AXES} axes" if many else None

    def _axes(self, layer: Layer) -> list[tuple[int, ...]]:
        return merged_axes(layer.output.shape, [layer.graph.tensors[n].shape for n in layer.op.inputs])

    def lower(self, layer: Layer) -> LoweredLayer:
        axes = self._axes(layer)
        axes = [(1, 0, 0, 0)] * (_AXES - len(axes)) + axes
        size = layer.output.dtype.itemsize
        steps = [
            array(f"{name}_step", tuple(s32("step", axis[n + 1]) for axis in axes))
            for n, name in enumerate(("condition", "a", "b"))
        ]
        counts = array("count", tuple(u32("n", axis[0]) for axis in axes))
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"one of two, {layer.output.elements} times",
            fields=(*steps, counts, u8("element_bytes", size)),
            constants=constant_inputs(layer),
            cycles=layer.output.elements * (60 + 20 * size),
        )
