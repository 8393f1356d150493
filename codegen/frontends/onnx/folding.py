"""What is computed of constants alone, such as the shapes that exporters write out, is computed here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.model_file import array
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation, Constant
from codegen.graph import Array

#: Elements of shapes and small tables; larger results would be weights that nobody trained.
_MOST_FOLDED = 2**22
#: Of all results of a file together: more than any board's flash, and little enough for any computer.
_MOST_FOLDED_BYTES = 2**28


def folded(builder: Builder, node: Node) -> Constant | None:
    """The node's value where it follows from constants, or None.

    Raises CodegenError ``broken-file`` when the constants do not fit the operator, ``unsupported-model``
    when too much has been computed.
    """
    if node.kind == "Constant":
        return Constant(_constant(node))
    if node.kind in ("Shape", "Size"):
        return _measured(builder, node)
    rule = _RULES.get(node.kind)
    if rule is None or not node.inputs:
        return None
    values = [builder.value(node, n) if node.has_input(n) else None for n in range(len(node.inputs))]
    if any(isinstance(value, Activation) for value in values):
        return None
    data = [value.data if isinstance(value, Constant) else None for value in values]
    if node.kind == "Identity":
        first = values[0]
        return first if isinstance(first, Constant) else None
    try:
        with np.errstate(all="ignore"):
            result = np.asarray(rule(node, *data))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, ZeroDivisionError) as error:
        raise node.broken(f"does not fit its constants: {error}") from error
    _charge(builder, node, result)
    return Constant(result)


def _charge(builder: Builder, node: Node, result: Array) -> None:
    """Count what is kept. Raises CodegenError ``unsupported-model`` when it is too much."""
    builder.folded_bytes += result.nbytes
    if builder.folded_bytes > _MOST_FOLDED_BYTES:
        raise CodegenError(
            "unsupported-model",
            f"the constants before layer {node.name!r} ({node.kind}) give more than {_MOST_FOLDED_BYTES:,}"
            " bytes of other constants",
            "fold constants: export with onnxsim, or use a smaller model",
        )


def _constant(node: Node) -> Array:
    given = node.attributes
    try:
        if "value" in given:
            return array(given["value"])
        if "value_float" in given or "value_floats" in given:
            return np.array(given.get("value_float", given.get("value_floats")), np.float32)
        if "value_int" in given or "value_ints" in given:
            return np.array(given.get("value_int", given.get("value_ints")), np.int64)
    except (AttributeError, TypeError, OverflowError) as error:
        raise node.broken(f"has an odd value: {error}") from error
    raise node.refusal("is no tensor of numbers", "store it as a tensor")


def _measured(builder: Builder, node: Node) -> Constant:
    value = builder.value(node, 0)
    shape = value.data.shape if isinstance(value, Constant) else value.shape
    if node.kind == "Size":
        return Constant(np.array(int(np.prod(shape)), np.int64))
    places = slice(node.integer("start", 0), node.attributes.get("end"))
    return Constant(np.array(shape[places], np.int64))


def _allowed(shape: Any) -> tuple[int, ...]:
    result = tuple(int(n) for n in np.asarray(shape).ravel())
    if min(result, default=0) < 0 or np.prod([float(n) for n in result]) > _MOST_FOLDED:
        raise ValueError(f"the shape {list(result)}")
    return result


def _filled(node: Node, shape: Array) -> Array:
    value = node.attributes.get("value")
    fill = np.zeros(1, np.float32) if value is None else array(value)
    return np.full(_allowed(shape), fill.ravel()[0], fill.dtype)


def _range(node: Node, start: Array, limit: Array, delta: Array) -> Array:
    _allowed([max(0, np.ceil((limit - start) / delta))])
    result: Array = np.arange(start.item(), limit.item(), delta.item(), dtype=start.dtype)
    return result


def _cast(node: Node, data: Array) -> Array:
    import onnx

    return data.astype(onnx.helper.tensor_dtype_to_np_dtype(node.integer("to", 0)))


def _reshaped(node: Node, data: Array, shape: Array) -> Array:
    sizes = [data.shape[axis] if n == 0 else int(n) for axis, n in enumerate(shape)]
    return data.reshape(sizes)


def _squeezed(node: Node, data: Array, axes: Array | None = None) -> Array:
    return data.squeeze() if axes is None else data.squeeze(tuple(int(n) for n in axes))


def _sliced(
    node: Node, data: Array, starts: Array, ends: Array, axes: Array | None = None, steps: Array | None = None
) -> Array:
    places = [slice(None)] * data.ndim
    for n, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = n if axes is None else int(axes[n])
        places[axis] = slice(int(start), int(end), 1 if steps is None else int(steps[n]))
    return data[tuple(places)]


def _concatenated(node: Node, *parts: Array) -> Array:
    _allowed([sum(part.size for part in parts)])
    return np.concatenate(parts, node.integer("axis", 0))


def _expanded(node: Node, data: Array, shape: Array) -> Array:
    result: Array = data * np.ones(_allowed(shape), data.dtype)
    return result


def _binary(apply: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    def rule(node: Node, a: Array, b: Array) -> Array:
        _allowed(np.broadcast_shapes(a.shape, b.shape))
        return apply(a, b)

    return rule


def _chosen(node: Node, condition: Array, a: Array, b: Array) -> Array:
    _allowed(np.broadcast_shapes(condition.shape, a.shape, b.shape))
    return np.where(condition, a, b)


def _divided(a: Array, b: Array) -> Array:
    if np.issubdtype(a.dtype, np.integer):
        whole: Array = (np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)
        return whole
    ratio: Array = a / b
    return ratio


def _transposed(node: Node, data: Array) -> Array:
    return data.transpose(node.integers("perm"))


def _unsqueezed(node: Node, data: Array, axes: Array) -> Array:
    return np.expand_dims(data, tuple(int(n) for n in axes.ravel()))


def _gathered(node: Node, data: Array, indices: Array) -> Array:
    _allowed([data.size // max(1, data.shape[node.integer("axis", 0)]) * indices.size])
    return data.take(indices, axis=node.integer("axis", 0))


_RULES: dict[str, Callable[..., Any]] = {
    "Identity": lambda node, data: data,
    "Cast": _cast,
    "ConstantOfShape": _filled,
    "Range": _range,
    "Reshape": _reshaped,
    "Squeeze": _squeezed,
    "Unsqueeze": _unsqueezed,
    "Transpose": _transposed,
    "Concat": _concatenated,
    "Slice": _sliced,
    "Gather": _gathered,
    "Expand": _expanded,
    "Add": _binary(np.add),
    "Sub": _binary(np.subtract),
    "Mul": _binary(np.multiply),
    "Div": _binary(_divided),
    "Min": _binary(np.minimum),
    "Max": _binary(np.maximum),
    "Equal": _binary(np.equal),
    "Where": _chosen,
    "Neg": lambda node, data: -data,
    "Sqrt": lambda node, data: np.sqrt(data),
    "Exp": lambda node, data: np.exp(data),
    "Floor": lambda node, data: np.floor(data),
    "Ceil": lambda node, data: np.ceil(data),
    "ReduceProd": lambda node, data: np.prod(data, keepdims=bool(node.integer("keepdims", 1))),
}

#: Operators that are computed here where they follow from constants.
FOLDED = frozenset(("Constant", "Shape", "Size", *_RULES))
