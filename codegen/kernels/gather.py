"""Slices and transpositions, of every type: elements taken in steps and moved as bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import prod
from typing import cast

from codegen.graph import DType, Op, Slice, Transpose
from codegen.kernels.base import Layer, LoweredLayer, array, s32, u8, u16

_AXES = 4
_LONGEST_AXIS = 2**16 - 1


def _steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Elements from one index to the next, an axis."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _merged(shape: tuple[int, ...], steps: tuple[int, ...]) -> list[tuple[int, int]]:
    """(length, step) an axis; one for two where the outer goes on where the inner ends."""
    axes: list[tuple[int, int]] = []
    for n, step in zip(shape, steps, strict=True):
        if n == 1:
            continue
        outer = axes[-1] if axes else None
        if outer is not None and outer[1] == n * step and outer[0] * n <= _LONGEST_AXIS:
            axes[-1] = (outer[0] * n, step)
        else:
            axes.append((n, step))
    return axes


class _Gather(ABC):
    function = "thimble_gather"
    serves: type[Op]
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.dtype is not layer.output.dtype:
            return "changes the type"
        if layer.input.quantization != layer.output.quantization:
            return "changes the scale"
        many = len(_merged(layer.output.shape, self.walk(layer)[1])) > _AXES
        return f"moves more than {_AXES} axes" if many else None

    def lower(self, layer: Layer) -> LoweredLayer:
        start, steps = self.walk(layer)
        size = layer.input.dtype.itemsize
        axes = _merged(layer.output.shape, steps)
        axes = [(1, 0)] * (_AXES - len(axes)) + axes
        fields = (
            s32("start", start * size),
            array("step", tuple(s32("step", step * size) for _, step in axes)),
            array("count", tuple(u16("count", n) for n, _ in axes)),
            u8("element_bytes", size),
        )
        shape = "x".join(str(n) for n in layer.output.shape[1:])
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind.lower()} to {shape}",
            fields=fields,
            constants=(),
            cycles=layer.output.elements * (40 + 18 * size),
        )

    @abstractmethod
    def walk(self, layer: Layer) -> tuple[int, tuple[int, ...]]:
        """Where the first element is, and the step along each axis of the output; in elements."""


class SliceBytes(_Gather):
    serves: type[Op] = Slice

    def walk(self, layer: Layer) -> tuple[int, tuple[int, ...]]:
        op, steps = cast(Slice, layer.op), _steps(layer.input.shape)
        start = sum(begin * step for begin, step in zip(op.begin, steps, strict=True))
        return start, tuple(a * b for a, b in zip(op.step, steps, strict=True))


class TransposeBytes(_Gather):
    serves: type[Op] = Transpose

    def walk(self, layer: Layer) -> tuple[int, tuple[int, ...]]:
        steps = _steps(layer.input.shape)
        return 0, tuple(steps[axis] for axis in cast(Transpose, layer.op).permutation)
