"""Products of activations, and convolutions backwards."""

from __future__ import annotations

from codegen.graph.products import ConvTranspose2D, MatMul
from codegen.graph.shapes.elementwise import broadcast
from codegen.graph.shapes.rule import Rule, Shapes, require
from codegen.graph.shapes.weights import weights_of


def _mat_mul(op: MatMul, shapes: Shapes) -> None:
    shapes.require_inputs(2)
    a, b = (tensor.shape for tensor in shapes.inputs)
    shapes.require(len(a) >= 2 and len(b) >= 2, f"with {b}, which are no matrices")
    rows, inner = a[-2:][::-1] if op.transpose_a else a[-2:]
    depth, columns = b[-2:][::-1] if op.transpose_b else b[-2:]
    before = broadcast(a[:-2], b[:-2])
    fits = inner == depth and before is not None and shapes.result == (*before, rows, columns)
    shapes.require(fits, f"with {b}")


def _conv_transpose(op: ConvTranspose2D, shapes: Shapes) -> None:
    weight = weights_of(shapes, 4, 0)
    shapes.require(len(shapes.source) == len(shapes.result) == 4, "which are not NHWC")
    shapes.require(shapes.source[0] == shapes.result[0], "with another batch")
    taken, channels = weight.shape[-1] * op.groups, shapes.source[-1]
    require(op.groups > 0 and taken == channels, f"layer {op.name!r}: weights take {taken} channels")
    shapes.require(shapes.result[-1] % op.groups == 0, f"which {op.groups} groups cannot share")
    shapes.require(min(*op.stride, *op.dilation) > 0, "with a step of 0")
    shapes.require(min(op.padding.top, op.padding.left) >= 0, "with a negative padding")


RULES: dict[type, Rule] = {MatMul: _mat_mul, ConvTranspose2D: _conv_transpose}
