"""One operator of an ONNX file, with its attributes by type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen.errors import CodegenError


@dataclass(frozen=True, slots=True)
class Node:
    """`name` is unique in the model; an input that is left out is the empty string."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    opset: int

    def has_input(self, index: int) -> bool:
        return index < len(self.inputs) and self.inputs[index] != ""

    def integer(self, name: str, default: int) -> int:
        """Raises CodegenError ``broken-file`` when the attribute has another type; so do the others."""
        value = self.attributes.get(name, default)
        return value if isinstance(value, int) else self._odd(name)

    def number(self, name: str, default: float) -> float:
        value = self.attributes.get(name, default)
        return float(value) if isinstance(value, (int, float)) else self._odd(name)

    def text(self, name: str, default: str) -> str:
        value = self.attributes.get(name, default)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else self._odd(name)

    def integers(self, name: str, default: tuple[int, ...] | None = None) -> tuple[int, ...] | None:
        """The list of integers, or `default` where the attribute is left out."""
        value = self.attributes.get(name)
        if value is None:
            return default
        if not isinstance(value, (list, tuple)) or not all(isinstance(n, int) for n in value):
            self._odd(name)
        return tuple(value)

    def refusal(self, why: str, hint: str) -> CodegenError:
        """An error for what the compiler does not support: `why` continues "layer 'x' (Conv) …"."""
        return CodegenError("unsupported-operator", f"layer {self.name!r} ({self.kind}) {why}", hint)

    def broken(self, why: str) -> CodegenError:
        """An error for what no correct file holds."""
        return CodegenError(
            "broken-file",
            f"layer {self.name!r} ({self.kind}) {why}",
            "export the model again; onnx.checker.check_model tells more",
        )

    def _odd(self, name: str) -> Any:
        raise self.broken(f"has an attribute {name!r} of the wrong type")
