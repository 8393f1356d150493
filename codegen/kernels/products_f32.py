"""Float products of activations, and transposed convolutions."""

from __future__ import annotations

from typing import cast

from codegen.graph import ConvTranspose2D, DType, MatMul, Op, macs
from codegen.kernels.base import Layer, LoweredLayer, array, pointer, u8, u16, u32
from codegen.kernels.floats import clamp, float_bias, float_refusal, float_weights
from codegen.kernels.operands import constant_inputs, merged_axes
from codegen.kernels.windows import describe, image_sizes

_STACK_AXES = 3


class MatMulF32:
    function = "thimble_mat_mul_f32"
    serves: type[Op] = MatMul
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        many = len(self._stack(layer)) > _STACK_AXES
        return float_refusal(layer) or (f"stacks along more than {_STACK_AXES} axes" if many else None)

    def _stack(self, layer: Layer) -> list[tuple[int, ...]]:
        """Of the axes before the matrices: matrices, and matrices from one to the next of each input."""
        shapes = [layer.graph.tensors[name].shape[:-2] for name in layer.op.inputs]
        return merged_axes(layer.output.shape[:-2], shapes)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(MatMul, layer.op)
        a, b = (layer.graph.tensors[name].shape for name in op.inputs)
        rows, columns = layer.output.shape[-2:]
        inner = a[-2] if op.transpose_a else a[-1]
        stack = self._stack(layer)
        stack = [(1, 0, 0)] * (_STACK_AXES - len(stack)) + stack
        steps = (*_steps(a, op.transpose_a), *_steps(b, op.transpose_b))
        fields = (
            array("count", tuple(u32("n", n) for n, _, _ in stack)),
            array("a_step", tuple(u32("n", step * rows * inner) for _, step, _ in stack)),
            array("b_step", tuple(u32("n", step * inner * columns) for _, _, step in stack)),
            u32("rows", rows), u32("inner", inner), u32("columns", columns),
            *(u32(n, v) for n, v in zip(("a_row", "a_inner", "b_inner", "b_column"), steps, strict=True)),
        )  # fmt: skip
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.output.elements // (rows * columns)} times {rows}x{inner} by {inner}x{columns}",
            fields=fields,
            constants=constant_inputs(layer),
            cycles=layer.output.elements * (60 + 270 * inner),
        )


def _steps(shape: tuple[int, ...], transposed: bool) -> tuple[int, int]:
    """Elements from one row of the matrix to the next, and from one column."""
    return (1, shape[-1]) if transposed else (shape[-1], 1)


class ConvTranspose2DF32:
    function = "thimble_conv_transpose2d_f32"
    serves: type[Op] = ConvTranspose2D
    dtype: DType | None = DType.FLOAT32
    encoding = "dense"

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(ConvTranspose2D, layer.op)
        _, height, width, _ = layer.constant(1).shape
        fields = (
            pointer("weights"), pointer("bias"), *clamp(op.activation),
            *image_sizes(layer), u16("groups", op.groups),
            u8("kernel_height", height), u8("kernel_width", width),
            u8("stride_height", op.stride[0]), u8("stride_width", op.stride[1]),
            u8("dilation_height", op.dilation[0]), u8("dilation_width", op.dilation[1]),
            u8("pad_top", op.padding.top), u8("pad_left", op.padding.left),
        )  # fmt: skip
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"transposed convolution, {describe(layer)}",
            fields=fields,
            constants=(float_weights(layer), float_bias(layer, layer.output.shape[-1])),
            cycles=300 * macs(layer.graph, op) + layer.output.elements * (550 + 150 * height * width),
        )
