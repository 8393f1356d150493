"""Concat, Split, Slice, Pad, Tile, Expand and Gather: the axes are those of the file, as they are stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.reductions import axis_of, without_axes
from codegen.frontends.onnx.operators.taking import taken
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Constant, Value, identity
from codegen.graph import Concat, DType, Pad, Slice, Split
from codegen.graph.shapes.elementwise import broadcast

#: Modes of Pad that read the input again, as NumPy calls them.
_FROM_INSIDE = {"edge": "edge", "reflect": "reflect", "wrap": "wrap"}
_MOST_PADDED = 65_535
#: Of a Gather: more would be more code than table.
_MOST_RUNS = 32


def concat(builder: Builder, node: Node) -> Value:
    values = [builder.value(node, index) for index in range(len(node.inputs))]
    computed = [value for value in values if isinstance(value, Activation)]
    if not computed:
        raise node.refusal("joins constants alone", "fold constants: export with onnxsim")
    axis = axis_of(node, node.integer("axis", 0), computed[0].rank)
    order = next(
        (v.order for v in computed if v.scramble is None and v.order != identity(v.rank)),
        identity(computed[0].rank),
    )
    return joined(builder, node, values, axis, order)


def joined(
    builder: Builder, node: Node, values: list[Value], axis: int, order: tuple[int, ...], suffix: str = ""
) -> Activation:
    """The values one after another along a logical axis, all stored in `order`."""
    first = next(value for value in values if isinstance(value, Activation))
    shapes = [value.data.shape if isinstance(value, Constant) else value.shape for value in values]
    for shape in shapes:
        if len(shape) != first.rank or any(
            n != m for a, (n, m) in enumerate(zip(shape, first.shape, strict=True)) if a != axis
        ):
            raise node.broken(f"joins {list(shape)} with {list(first.shape)}")
    tensors = [_stored(builder, node, value, order) for value in values]
    if len({builder.tensors[tensor].dtype for tensor in tensors}) != 1:
        raise node.refusal("joins tensors of several types", "use one type")
    shape = tuple(sum(s[a] for s in shapes) if a == axis else n for a, n in enumerate(first.shape))
    stored = tuple(shape[a] for a in order)
    if len(tensors) == 1:
        return replace(first, tensor=tensors[0], order=order, scramble=None)
    tensor = builder.emit(node, Concat, tuple(tensors), stored, suffix, axis=order.index(axis))
    return Activation(shape, tensor, order, None, first.unsigned)


def _stored(builder: Builder, node: Node, value: Value, order: tuple[int, ...]) -> str:
    if isinstance(value, Activation):
        return builder.ordered(node, value, order).tensor
    turned = builder.turned(value, order)
    if turned.data.dtype.name not in {t.value for t in DType}:
        raise node.refusal(f"joins a constant of {turned.data.dtype.name}", "use float32")
    return builder.add_constant(f"{node.name}_constant", turned.data, turned.quantization)


def split(builder: Builder, node: Node) -> tuple[Value, ...]:
    value = builder.unscrambled(node, builder.activation(node))
    axis = axis_of(node, node.integer("axis", 0), value.rank)
    sizes = builder.integers(node, 1) or _equal_parts(node, value.shape[axis])
    if sum(sizes) != value.shape[axis] or len(sizes) != len(node.outputs) or min(sizes) < 0:
        raise node.broken(f"cuts {value.shape[axis]} into {list(sizes)}")
    if 0 in sizes:
        raise node.refusal(f"cuts {value.shape[axis]} into {list(sizes)}", "leave the empty pieces out")
    place = value.order.index(axis)
    source = builder.tensors[value.tensor]
    results = []
    for size, output in zip(sizes, node.outputs, strict=True):
        shape = tuple(size if a == axis else n for a, n in enumerate(value.shape))
        stored = tuple(shape[a] for a in value.order)
        tensor = builder.add_tensor(output or f"{node.name}_rest", stored, source.dtype, source.quantization)
        results.append(replace(value, shape=shape, tensor=tensor))
    outputs = tuple(result.tensor for result in results)
    builder.ops.append(Split(builder.layer(node.name), (value.tensor,), outputs, axis=place))
    return tuple(results)


def _equal_parts(node: Node, size: int) -> tuple[int, ...]:
    count = node.integer("num_outputs", len(node.outputs))
    if count != len(node.outputs) or count < 1:
        raise node.broken(f"cuts {size} into {count} parts for {len(node.outputs)} outputs")
    part = -(-size // count)
    return tuple(min(part, max(0, size - part * before)) for before in range(count))


def slice_node(builder: Builder, node: Node) -> Value:
    value = builder.unscrambled(node, builder.activation(node))
    starts, ends = builder.integers(node, 1) or (), builder.integers(node, 2) or ()
    axes = builder.integers(node, 3) or identity(len(starts))
    steps = builder.integers(node, 4) or (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise node.broken("has starts, ends, axes and steps that do not fit")
    begin, step, shape = [0] * value.rank, [1] * value.rank, list(value.shape)
    for start, end, given, by in zip(starts, ends, axes, steps, strict=True):
        axis = axis_of(node, given, value.rank)
        places = range(value.shape[axis])[slice(start, None if by < 0 and end <= -(2**31) else end, by)]
        if by < 0:
            places = _backwards(value.shape[axis], start, end, by)
        begin[axis], step[axis], shape[axis] = (places[0] if places else 0), by, len(places)
    return sliced(builder, node, value, tuple(begin), tuple(step), tuple(shape))


def _backwards(size: int, start: int, end: int, step: int) -> range:
    """The places of a slice with a negative step, clamped as ONNX says."""
    first = min(start + size if start < 0 else start, size - 1)
    last = max(end + size if end < 0 else end, -1)
    return range(max(first, -1), last, step)


def sliced(
    builder: Builder,
    node: Node,
    value: Activation,
    begin: tuple[int, ...],
    step: tuple[int, ...],
    shape: tuple[int, ...],
    suffix: str = "",
) -> Activation:
    """A slice with one entry a logical axis."""
    if shape == value.shape and all(by == 1 for by in step):
        return value
    stored = [tuple(entry[axis] for axis in value.order) for entry in (begin, step, shape)]
    tensor = builder.emit(node, Slice, (value.tensor,), stored[2], suffix, begin=stored[0], step=stored[1])
    return replace(value, shape=shape, tensor=tensor)


def pad(builder: Builder, node: Node) -> Value:
    """With a constant around, or with what is near the edge; a negative padding cuts."""
    value = builder.unscrambled(node, builder.activation(node))
    mode = node.text("mode", "constant")
    if mode not in ("constant", *_FROM_INSIDE):
        raise node.broken(f"pads in the mode {mode!r}")
    pads = builder.integers(node, 1) or ()
    axes = builder.integers(node, 3) or identity(value.rank)
    if len(pads) != 2 * len(axes):
        raise node.broken(f"has {len(pads)} paddings for {len(axes)} axes")
    before, after = [0] * value.rank, [0] * value.rank
    for place, given in enumerate(axes):
        axis = axis_of(node, given, value.rank)
        before[axis], after[axis] = pads[place], pads[place + len(axes)]
    value = _cut(builder, node, value, before, after)
    sides = [(max(0, a), max(0, b)) for a, b in zip(before, after, strict=True)]
    shape = tuple(n + a + b for n, (a, b) in zip(value.shape, sides, strict=True))
    if shape == value.shape:
        return value
    if mode in _FROM_INSIDE:
        return _padded_from_inside(builder, node, value, sides, mode)
    stored = [tuple(sides[axis][n] for axis in value.order) for n in (0, 1)]
    tensor = builder.emit(
        node,
        Pad,
        (value.tensor,),
        tuple(shape[axis] for axis in value.order),
        before=stored[0],
        after=stored[1],
        value=_pad_value(builder, node),
    )
    return replace(value, shape=shape, tensor=tensor)


def _padded_from_inside(
    builder: Builder, node: Node, value: Activation, sides: list[tuple[int, int]], mode: str
) -> Activation:
    """Each axis by a table of which element stands where."""
    for axis, (before, after) in enumerate(sides):
        size = value.shape[axis]
        most = size - 1 if mode == "reflect" else _MOST_PADDED
        if max(before, after) > most:
            raise node.refusal(f"pads {size} by {max(before, after)} in the mode {mode!r}", "pad less")
        if before or after:
            places = np.pad(np.arange(size), (before, after), mode=_FROM_INSIDE[mode])  # type: ignore[call-overload]
            value = taken(builder, node, value, axis, places, f"_{axis}")
    return value


def _pad_value(builder: Builder, node: Node) -> float:
    if not node.has_input(2):
        return 0.0
    data = builder.constant(node, 2)
    if data.size != 1:
        raise node.broken("pads with several numbers")
    return float(data.ravel()[0])


def _cut(builder: Builder, node: Node, value: Activation, before: list[int], after: list[int]) -> Activation:
    begin = tuple(max(0, -n) for n in before)
    ends = tuple(max(0, -n) for n in after)
    shape = tuple(n - a - b for n, a, b in zip(value.shape, begin, ends, strict=True))
    return sliced(builder, node, value, begin, (1,) * value.rank, shape, "_cut")


def tile(builder: Builder, node: Node) -> Value:
    """The input many times, axis by axis."""
    value = builder.unscrambled(node, builder.activation(node))
    repeats = builder.integers(node, 1) or ()
    if len(repeats) != value.rank or not all(0 < n <= 4096 for n in repeats):
        raise node.broken(f"repeats {list(repeats)} times")
    return _repeated(builder, node, value, repeats)


def _repeated(builder: Builder, node: Node, value: Activation, repeats: tuple[int, ...]) -> Activation:
    for axis, times in enumerate(repeats):
        value = joined(builder, node, [value] * times, axis, value.order)
    return value


def expand(builder: Builder, node: Node) -> Value:
    """The input broadcast to a shape."""
    value, wanted = builder.activation(node), builder.integers(node, 1) or ()
    shape = broadcast(value.shape, wanted)
    if shape is None or max(shape, default=1) > 4096:
        raise node.broken(f"expands {list(value.shape)} to {list(wanted)}")
    value = reshape(builder, node, value, (1,) * (len(shape) - value.rank) + value.shape)
    value = builder.unscrambled(node, value)
    return _repeated(
        builder, node, value, tuple(n if m != n else 1 for n, m in zip(shape, value.shape, strict=True))
    )


def gather(builder: Builder, node: Node) -> Value:
    """At constant places of one axis: slices of those that lie evenly, joined."""
    value = builder.unscrambled(node, builder.activation(node))
    axis = axis_of(node, node.integer("axis", 0), value.rank)
    indices = builder.constant(node, 1)
    size = value.shape[axis]
    if not np.issubdtype(indices.dtype, np.integer) or not 0 < indices.size <= 4096:
        raise node.broken("has odd places")
    places = [int(n) + size if n < 0 else int(n) for n in indices.ravel()]
    if min(places) < 0 or max(places) >= size:
        raise node.broken(f"takes the places {places[:8]} of {size}")
    runs = _even_runs(places)
    if len(runs) > _MOST_RUNS:
        result = taken(builder, node, value, axis, np.array(places))
        if indices.ndim == 0:
            return without_axes(builder, node, result, (axis,))
        return reshape(builder, node, result, (*value.shape[:axis], *indices.shape, *value.shape[axis + 1 :]))
    parts: list[Value] = []
    for run in runs:
        begin = tuple(run[0] if a == axis else 0 for a in range(value.rank))
        step = tuple(run.step if a == axis else 1 for a in range(value.rank))
        shape = tuple(len(run) if a == axis else n for a, n in enumerate(value.shape))
        parts.append(sliced(builder, node, value, begin, step, shape, "_part" if len(runs) > 1 else ""))
    result = joined(builder, node, parts, axis, value.order)
    if indices.ndim == 0:
        return without_axes(builder, node, result, (axis,))
    return reshape(builder, node, result, (*value.shape[:axis], *indices.shape, *value.shape[axis + 1 :]))


def _even_runs(places: list[int]) -> list[range]:
    """The places as ranges, each as long as may be."""
    runs: list[range] = []
    for place in places:
        last = runs[-1] if runs else None
        if last is not None and len(last) == 1 and place != last[0]:
            runs[-1] = range(last[0], place + (1 if place > last[0] else -1), place - last[0])
        elif last is not None and len(last) > 1 and place == last[-1] + last.step:
            runs[-1] = range(last[0], last.stop + last.step, last.step)
        else:
            runs.append(range(place, place + 1))
    return runs


READERS: dict[str, Callable[[Builder, Node], Value | tuple[Value, ...]]] = {
    "Concat": concat,
    "Split": split,
    "Slice": slice_node,
    "Pad": pad,
    "Tile": tile,
    "Expand": expand,
    "Gather": gather,
}
