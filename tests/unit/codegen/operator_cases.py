"""A network of one operator for each operator of the Graph, in float and int8."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import codegen.graph as operators
from codegen.graph import Concat, DType, Graph, Op, Padding, Quantization, Relation, Tensor
from codegen.graph.shapes import SHAPE_RULES

Shape = tuple[int, ...]
X = (1, 6, 8, 4)

_SOURCE = Quantization((0.05,), (3,))
_OTHER = Quantization((0.03,), (-7,))
_RESULT = Quantization((0.1,), (-5,))
#: What the outputs of these operators have by definition.
_FIXED = {
    "Softmax": Quantization((1 / 256,), (-128,)),
    "LogSoftmax": Quantization((16 / 256,), (127,)),
    "Sigmoid": Quantization((1 / 256,), (-128,)),
    "Tanh": Quantization((1 / 128,), (0,)),
}
#: Operators that hand their scale on.
_KEEPING = {
    *("MaxPool2D", "AveragePool2D", "Reshape", "Concat", "Split", "Slice", "Pad", "Transpose"),
    *("ResizeNearest", "ResizeBilinear", "Minimum", "Maximum", "ReduceMax", "ReduceMin"),
}


@dataclass(frozen=True)
class Case:
    """`more` further activations like the first, constants after them, and the outputs' shapes."""

    results: tuple[Shape, ...]
    constants: tuple[Shape, ...] = ()
    more: int = 0
    source: Shape = X
    options: dict[str, Any] = field(default_factory=dict)
    #: Tensors (x0, c0, y0) that have another type than the rest, whatever that is.
    types: dict[str, DType] = field(default_factory=dict)
    #: Of int8 weights.
    weights_zero: int = 0


def _case(result: Shape, *constants: Shape, more: int = 0, source: Shape = X, **options: Any) -> Case:
    return Case((result,), constants, more, source, options)


def _typed(case: Case, **types: DType) -> Case:
    return replace(case, types=types)


CASES = {
    "Conv2D": _case((1, 4, 6, 5), (5, 3, 3, 4), (5,)),
    "Conv2D in groups": _case((1, 4, 6, 6), (6, 3, 3, 2), (6,), groups=2),
    "Conv2D with asymmetric weights": replace(
        _case((1, 4, 6, 6), (6, 3, 3, 2), (6,), groups=2), weights_zero=-9
    ),
    "DepthwiseConv2D of one each": _case((1, 4, 6, 4), (1, 3, 3, 4), (4,)),
    "DepthwiseConv2D": _case((1, 3, 4, 8), (1, 2, 2, 8), (8,), stride=(2, 2)),
    "Dense": _case((1, 11), (11, 192), (11,), source=(1, 192)),
    "BatchNorm": _case(X, (4,), (4,), (4,), (4,)),
    "MaxPool2D": _case((1, 3, 4, 4)),
    "AveragePool2D": _case((1, 6, 8, 4), pool=(3, 3), stride=(1, 1), padding=Padding(1, 1, 1, 1)),
    "Mean": _case((1, 4)),
    "ReduceMax": _case((1, 6, 1, 4), axes=(2,), keep_dims=True),
    "ReduceSum": _case((8, 4), axes=(0, 1)),
    "ReduceMin": _case((1, 6, 1, 4), axes=(2,), keep_dims=True),
    "ReduceProd": _case((1, 6, 1, 4), axes=(2,), keep_dims=True),
    "ArgMax": _typed(_case((1, 6, 8), axis=3), y0=DType.INT32),
    "ArgMin": _typed(_case((1, 6, 8), axis=3, last=True), y0=DType.INT64),
    "CumSum": _case(X, axis=2),
    "Hardmax": _case(X),
    "Take": _typed(_case((1, 6, 3, 4), (3,), axis=2), c0=DType.INT32),
    "Resample": _typed(_case((1, 6, 5, 4), (5, 3), (5,), axis=2), c1=DType.INT32),
    "Stored": _case(X),
    "MatMul": _case((1, 6, 8, 8), more=1, transpose_b=True),
    "ConvTranspose2D": _case((1, 13, 17, 5), (5, 3, 3, 4), (5,), stride=(2, 2)),
    "Add": _case(X, more=1),
    "Sub": _case(X, (4,)),
    "Mul": _case(X, (1, 6, 1, 1)),
    "Div": _case(X, (1,)),
    "Minimum": _case(X, more=1),
    "Maximum": _case(X, more=1),
    "SquaredDifference": _case(X, (4,)),
    "Power": _case(X, (4,)),
    "Mod": _case(X, (4,)),
    "Compare": _typed(_case(X, (4,), relation=Relation.GREATER), y0=DType.BOOL),
    "Bitwise": _typed(_case(X, (4,)), x0=DType.BOOL, c0=DType.BOOL, y0=DType.BOOL),
    "Select": _typed(_case(X, (4,), (1,)), x0=DType.BOOL),
    "PRelu": _case(X, (1, 1, 4)),
    "Softmax": _case(X),
    "LogSoftmax": _case(X),
    "Reshape": _case((1, 192)),
    "Concat": _case((1, 6, 24, 4), more=2, axis=2),
    "Split": Case(((1, 6, 8, 1), (1, 6, 8, 3)), options={"axis": 3}),
    "Slice": _case((1, 3, 3, 4), begin=(0, 1, 0, 0), step=(1, 2, 3, 1)),
    "Pad": _case((1, 8, 9, 4), before=(0, 1, 0, 0), after=(0, 1, 1, 0)),
    "Transpose": _case((1, 4, 6, 8), permutation=(0, 3, 1, 2)),
    "ResizeNearest": _case((1, 12, 5, 4)),
    "ResizeBilinear": _case((1, 12, 5, 4)),
    "Quantize to int8": _case(X),
    "Gelu with tanh": _case(X, approximate=True),
    **{c.__name__: _case(X) for c in SHAPE_RULES if issubclass(c, operators.Unary)},
    "Not": _typed(_case(X), x0=DType.BOOL, y0=DType.BOOL),
    "IsNan": _typed(_case(X), y0=DType.BOOL),
    "IsInf": _typed(_case(X), y0=DType.BOOL),
    "Cast": _typed(_case(X), y0=DType.INT16),
}


def operator_class(name: str) -> type[Op]:
    """The operator of a case."""
    made: type[Op] = getattr(operators, name.split(maxsplit=1)[0])
    return made


def float_graph(name: str, result: Shape | None = None) -> Graph:
    """The case in float; `result` replaces the shape of the first output."""
    case = CASES[name]
    rng = np.random.default_rng(0)
    tensors = _activations(case, result, lambda _: None)
    for n, shape in enumerate(case.constants):
        dtype = case.types.get(f"c{n}", DType.FLOAT32)
        data = rng.uniform(0.5, 1.5, shape).astype(dtype.numpy)
        tensors.append(Tensor(f"c{n}", shape, dtype, None, data))
    return _graph(name, tensors)


def integer_graph(name: str) -> Graph:
    """The case in int32 without scales, constants from 1 to 3."""
    case = CASES[name]
    rng = np.random.default_rng(0)
    tensors = [
        replace(t, dtype=case.types.get(t.name, DType.INT32), quantization=None)
        for t in _activations(case, None, lambda _: None)
    ]
    for n, shape in enumerate(case.constants):
        dtype = case.types.get(f"c{n}", DType.INT32)
        data = rng.integers(1, 4, shape).astype(dtype.numpy)
        tensors.append(Tensor(f"c{n}", shape, dtype, None, data))
    return _graph(name, tensors)


def int8_graph(name: str) -> Graph:
    """The case in int8, with scales that the operator allows."""
    case, kind = CASES[name], name if name.endswith("int8") else name.split(maxsplit=1)[0]
    rng = np.random.default_rng(0)
    keeping = kind in _KEEPING

    def scale(tensor: str) -> Quantization:
        if tensor.startswith("y"):
            return _SOURCE if keeping else _FIXED.get(kind, _RESULT)
        return _SOURCE if tensor == "x0" or keeping else _OTHER

    tensors = _activations(case, None, scale)
    if kind == "Dequantize":
        tensors[-1] = Tensor("y0", tensors[-1].shape, DType.FLOAT32)
    if kind == "Quantize to int8":
        tensors[0] = Tensor("x0", tensors[0].shape, DType.FLOAT32)
    for n, shape in enumerate(case.constants):
        if (dtype := case.types.get(f"c{n}")) is not None:
            tensors.append(Tensor(f"c{n}", shape, dtype, None, np.ones(shape, dtype.numpy)))
        else:
            constant = _int8_constant(f"c{n}", shape, operator_class(name), n, rng)
            tensors.append(_with_zero(constant, case.weights_zero) if n == 0 else constant)
    return _graph(name, tensors)


def _with_zero(weights: Tensor, zero: int) -> Tensor:
    """The weights with this zero point, where they have one a channel."""
    scale = weights.quantization
    if scale is None or scale.axis is None:
        return weights
    return replace(weights, quantization=replace(scale, zero_point=(zero,) * len(scale.scale)))


def _int8_constant(name: str, shape: Shape, kind: type[Op], place: int, rng: np.random.Generator) -> Tensor:
    if kind.weight_axis is not None and place == 1:
        return Tensor(name, shape, DType.INT32, None, rng.integers(-1000, 1000, shape, dtype=np.int32))
    data = rng.integers(-127, 128, shape, dtype=np.int8)
    if kind.weight_axis is None:
        return Tensor(name, shape, DType.INT8, _OTHER, data)
    count = shape[kind.weight_axis]
    scales = tuple(float(s) for s in rng.uniform(0.001, 0.01, count))
    return Tensor(name, shape, DType.INT8, Quantization(scales, (0,) * count, kind.weight_axis), data)


def _activations(case: Case, result: Shape | None, scale: Any) -> list[Tensor]:
    dtype = DType.FLOAT32 if scale("x0") is None else DType.INT8
    inputs = [(f"x{n}", case.source) for n in range(1 + case.more)]
    shapes = (result or case.results[0], *case.results[1:])
    outputs = [(f"y{n}", shape) for n, shape in enumerate(shapes)]
    return [
        Tensor(name, shape, case.types.get(name, dtype), None if name in case.types else scale(name))
        for name, shape in (*inputs, *outputs)
    ]


def _graph(name: str, tensors: list[Tensor]) -> Graph:
    inputs = tuple(t.name for t in tensors if t.name.startswith("x"))
    outputs = tuple(t.name for t in tensors if t.name.startswith("y"))
    constants = tuple(t.name for t in tensors if t.is_constant)
    op = operator_class(name)("layer", inputs + constants, outputs, **CASES[name].options)
    return Graph("one", {t.name: t for t in tensors}, (op,), inputs, outputs)


def runnable(graph: Graph) -> Graph:
    """The graph with one input, read as often as there were inputs, and one output that holds all."""
    first, (op,) = graph.inputs[0], graph.ops
    op = replace(op, inputs=tuple(first if name in graph.inputs else name for name in op.inputs))
    if len(op.outputs) == 1:
        return replace(graph, ops=(op,), inputs=(first,)).pruned()
    axis = CASES["Split"].options["axis"]
    joined = replace(graph.tensors[first], name="joined")
    ops = (op, Concat("joint", op.outputs, ("joined",), axis))
    return replace(graph.with_ops(ops, joined=joined), inputs=(first,), outputs=("joined",)).pruned()
