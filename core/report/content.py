"""What a report says, gathered from a run's folder: values only, no layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """A file of the run, and the SHA-256 by which it can be recognised."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of one run. A part that was not done is None.

    `run`, `plan`, `build` and `bench` hold the fields that the commands `compress`, `plan`, `build` and
    `bench` print with ``--json``. `verified` says whether the board's outputs were those of the reference, by
    the rule that `bench` names. `boards` are those on which it ran, as ``deploy --json`` tells of each, where
    they can be told apart; `bench` and `verified` are of the first then. `benches` are measurements side by
    side, each with `model` and `bench`.
    """

    folder: Path
    title: str
    made: str
    run: Json | None = None
    plan: Json | None = None
    build: Json | None = None
    bench: Json | None = None
    verified: bool | None = None
    accuracy_on_board: float | None = None
    boards: tuple[Json, ...] = ()
    benches: tuple[Json, ...] = ()
    artifacts: tuple[ArtifactFile, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)

    @property
    def board(self) -> str | None:
        """The id of the board, or None when nothing was deployed."""
        for part in (self.bench, self.plan):
            if part is not None:
                return str(part["board"])
        return None

    @property
    def history(self) -> list[Json]:
        """One entry a training epoch; empty when nothing was trained."""
        return list((self.run or {}).get("history") or [])
