"""The words for files that nobody can have meant so."""

from __future__ import annotations

from pathlib import Path

from codegen.errors import CodegenError


def broken(path: Path, why: object) -> CodegenError:
    """The error for a file of which no correct converter is the author."""
    return CodegenError(
        "broken-file", f"{path.name} is damaged: {why}", "export the model again, or copy it once more"
    )
