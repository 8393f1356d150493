"""Layers that put several tensors together."""

from __future__ import annotations

from collections.abc import Sequence

from codegen.graph import Add, Binary, Concat, Maximum, Minimum, Mul, Op, Sub, Tensor
from codegen.graph.shapes.elementwise import broadcast
from core.models.keras_config import KerasLayer
from core.models.keras_file import FloatArray
from core.models.keras_layers.converted import Converted, Converter, alone, float_tensor, refuse


def _pairwise(kind: type[Binary]) -> Converter:
    """Two at a time: of n inputs, n − 1 operators; the last has the layer's name."""

    def convert(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
        if len(sources) < 2:
            raise refuse(layer, "has one input", "give it two or more")
        ops: list[Op] = []
        made: list[Tensor] = []
        total = sources[0]
        for place, other in enumerate(sources[1:], start=1):
            last = place == len(sources) - 1
            shape = broadcast(total.shape, other.shape)
            if shape is None:
                raise refuse(layer, f"joins {total.shape} and {other.shape}", "give it inputs of one shape")
            result = float_tensor(layer.name if last else f"{layer.name}/{place}", shape)
            ops.append(kind(result.name, (total.name, other.name), (result.name,)))
            made.append(result)
            total = result
        return Converted(tuple(ops), tuple(made), layer.name)

    return convert


def concatenate(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    rank = len(sources[0].shape)
    axis = int(layer.config.get("axis", -1)) % rank
    if axis == 0:
        raise refuse(layer, "joins samples", "use another axis than 0")
    length = sum(source.shape[axis] for source in sources)
    shape = (*sources[0].shape[:axis], length, *sources[0].shape[axis + 1 :])
    op = Concat(layer.name, tuple(source.name for source in sources), (layer.name,), axis)
    return alone(layer, op, shape)


CONVERTERS: dict[str, Converter] = {
    "Add": _pairwise(Add),
    "Subtract": _pairwise(Sub),
    "Multiply": _pairwise(Mul),
    "Maximum": _pairwise(Maximum),
    "Minimum": _pairwise(Minimum),
    "Concatenate": concatenate,
}
