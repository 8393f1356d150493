"""What a rule about shapes gets and how it objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from codegen.errors import CodegenError
from codegen.graph.operators import Op
from codegen.graph.tensor import Tensor

#: Takes the operator, as its own class, and the shapes around it; raises through `Shapes.require`.
Rule = Callable[[Any, "Shapes"], None]


def require(condition: bool, what: str) -> None:
    """Raise CodegenError ``broken-graph`` unless the condition holds."""
    if not condition:
        raise CodegenError("broken-graph", f"the graph is inconsistent: {what}")


@dataclass(frozen=True, slots=True)
class Shapes:
    """The tensors that an operator reads and writes."""

    op: Op
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def source(self) -> tuple[int, ...]:
        """Shape of the first input."""
        return self.inputs[0].shape

    @property
    def result(self) -> tuple[int, ...]:
        """Shape of the first output."""
        return self.outputs[0].shape

    def require(self, condition: bool, why: str = "") -> None:
        """Raise CodegenError ``broken-graph`` naming the layer and its shapes unless the condition holds."""
        rest = f", {why}" if why else ""
        require(condition, f"layer {self.op.name!r}: {self.source} gives {self.result}{rest}")

    def require_inputs(self, least: int, most: int | None = None) -> None:
        """Raise unless there are so many inputs."""
        count = len(self.inputs)
        self.require(least <= count <= (most or least), f"with {count} inputs")

    def require_axis(self, axis: int) -> None:
        """Raise unless `axis` counts from the front and is there."""
        self.require(0 <= axis < len(self.source), f"along an axis {axis} that is not there")
