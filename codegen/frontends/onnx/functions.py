"""The functions that an ONNX model brings along, written out where they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen.errors import CodegenError
from codegen.frontends.damage import broken

#: Written out; exporters make some hundreds.
_MOST_NODES = 100_000
#: Of what is written out: a function that holds constants is copied with them.
_MOST_BYTES = 2**28
#: Calls inside of calls. The inliner of onnx calls itself for each.
_DEEPEST = 64
_Key = tuple[str, str, str]


def without_functions(path: Path, model: Any) -> Any:
    """The model with its own functions written out.

    Raises CodegenError ``broken-file`` for functions that call themselves, ``unsupported-model`` for those
    that become too much.
    """
    import onnx.inliner

    sizes = _Sizes(path, {_key(f): f.node for f in model.functions})
    for nodes in (model.graph.node, *(f.node for f in model.functions)):
        sizes.check(nodes)
    try:
        return onnx.inliner.inline_local_functions(model)
    except (RuntimeError, onnx.checker.ValidationError) as error:
        raise broken(path, f"its functions cannot be written out ({error})") from error


@dataclass(frozen=True, slots=True)
class _Size:
    """`depth` counts the calls inside of each other."""

    nodes: int
    size_bytes: int
    depth: int


@dataclass(slots=True)
class _Sizes:
    """How much each function becomes, counted once; `open_calls` leads to the one that is being counted."""

    path: Path
    functions: dict[_Key, Any]
    known: dict[_Key, _Size] = field(default_factory=dict)
    open_calls: list[_Key] = field(default_factory=list)

    def check(self, nodes: Iterable[Any]) -> _Size:
        """Of nodes with all that they call. Raises CodegenError where it is too much."""
        sizes = [self._of_call(_key(n)) or _Size(1, n.ByteSize(), 0) for n in _with_inner(nodes)]
        total = _Size(
            sum(s.nodes for s in sizes),
            sum(s.size_bytes for s in sizes),
            1 + max((s.depth for s in sizes), default=0),
        )
        self._check_depth(total.depth)
        if total.nodes > _MOST_NODES or total.size_bytes > _MOST_BYTES:
            raise CodegenError(
                "unsupported-model",
                f"{self.path.name} has functions that become more than {_MOST_NODES:,} layers or"
                f" {_MOST_BYTES:,} bytes when they are written out",
                "export it without functions: onnx.inliner.inline_local_functions",
            )
        return total

    def _of_call(self, key: _Key) -> _Size | None:
        """Of the function that is called, or None where none of that name is there."""
        if key not in self.functions or key in self.known:
            return self.known.get(key)
        if key in self.open_calls:
            raise broken(self.path, f"its function {key[1]!r} calls itself")
        self._check_depth(len(self.open_calls))
        self.open_calls.append(key)
        self.known[key] = self.check(self.functions[key])
        self.open_calls.pop()
        return self.known[key]

    def _check_depth(self, depth: int) -> None:
        if depth > _DEEPEST:
            raise CodegenError(
                "unsupported-model",
                f"{self.path.name} has functions that call each other more than {_DEEPEST} deep",
                "export it without functions: onnx.inliner.inline_local_functions",
            )


def _key(named: Any) -> _Key:
    """Of a function, or of the node that calls it."""
    name = named.op_type if hasattr(named, "op_type") else named.name
    return ("" if named.domain == "ai.onnx" else named.domain, name, named.overload)


def _with_inner(nodes: Iterable[Any]) -> Iterator[Any]:
    """The nodes, and those of the graphs inside of them (branches and loops)."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs):
                yield from _with_inner(graph.node)
