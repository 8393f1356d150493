"""One operator of the file as several of the Graph, with the tensors between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from codegen.frontends.tflite.site import Site
from codegen.graph import Array, DType, Op, Quantization, Reshape, Tensor

#: Makes an operator of its name, inputs and outputs.
Made = Callable[[str, tuple[str, ...], tuple[str, ...]], Op]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """`ops` in their order; `tensors` are those between them."""

    ops: tuple[Op, ...]
    tensors: tuple[Tensor, ...] = ()


#: Of one operator of the schema.
Reader = Callable[[Site], Op | Steps]


class StepBuilder:
    """Adds one operator after another; tensors between them are named after the layer's output."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ops: list[Op] = []
        self._tensors: list[Tensor] = []

    def between(self, source: Tensor, shape: tuple[int, ...], made: Made) -> Tensor:
        """An operator that reads `source`; gives its output: like `source`, with another shape."""
        return self.join((source,), source, shape, made)

    def join(self, sources: tuple[Tensor, ...], like: Tensor, shape: tuple[int, ...], made: Made) -> Tensor:
        """An operator that reads `sources`; gives its output: like `like`, with another shape."""
        result = self._keep(replace(like, shape=shape, data=None))
        self._add(sources, (result.name,), made)
        return result

    def reshaped(self, source: Tensor, shape: tuple[int, ...]) -> Tensor:
        """The same elements in another shape; a constant needs no operator for it."""
        if source.data is not None:
            return self._keep(replace(source, shape=shape, data=source.data.reshape(shape)))
        return self.between(source, shape, Reshape)

    def pieces(self, source: Tensor, shapes: list[tuple[int, ...]], made: Made) -> list[Tensor]:
        """An operator that gives several outputs like `source`, of these shapes."""
        results = [self._keep(replace(source, shape=shape, data=None)) for shape in shapes]
        self._add((source,), tuple(t.name for t in results), made)
        return results

    def constant(self, data: Array, quantization: Quantization | None = None) -> Tensor:
        """A constant of its own."""
        return self._keep(Tensor("", data.shape, DType(data.dtype.name), quantization, data))

    def last(self, source: Tensor, made: Made, output: Tensor | None = None) -> None:
        """An operator that writes `output`, which is the layer's first unless given."""
        self.last_of((source,), made, output)

    def last_of(self, sources: tuple[Tensor, ...], made: Made, output: Tensor | None = None) -> None:
        """The same of several inputs."""
        self._add(sources, ((output or self._site.outputs[0]).name,), made)

    def _keep(self, tensor: Tensor) -> Tensor:
        """The tensor under a name of its own."""
        named = replace(tensor, name=f"{self._site.outputs[0].name}_{len(self._tensors) + 1}")
        self._tensors.append(named)
        return named

    def _add(self, sources: tuple[Tensor, ...], outputs: tuple[str, ...], made: Made) -> None:
        count = len(self._ops) + 1
        name = self._site.layer if count == 1 else f"{self._site.layer}_step_{count}"
        self._ops.append(made(name, tuple(t.name for t in sources), outputs))

    def done(self) -> Steps:
        return Steps(tuple(self._ops), tuple(self._tensors))
