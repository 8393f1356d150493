"""What takes models with one input and one output alone says so here."""

from __future__ import annotations

from codegen.errors import CodegenError
from codegen.graph import Graph


def require_single_ends(graph: Graph, what: str, hint: str) -> None:
    """Raises CodegenError ``unsupported-model`` when the model has several inputs or outputs.

    `what` takes one of each.
    """
    inputs, outputs = len(graph.inputs), len(graph.outputs)
    if inputs != 1 or outputs != 1:
        raise CodegenError(
            "unsupported-model",
            f"the model has {_count(inputs, 'input')} and {_count(outputs, 'output')}; "
            f"{what} takes one of each",
            hint,
        )


def _count(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
