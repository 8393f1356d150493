"""What a sweep found, with all that its tables and plots need."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.compress.findings import DOUBTS, Finding
from core.compress.run_files import RECORD
from core.sweep.folder import BASELINE
from core.sweep.result import Point, State
from core.sweep.spec import SweepSpec
from core.sweep.summary import CellResult, done_cells


@dataclass(frozen=True, slots=True)
class Published:
    """Values of a paper for one of our tables, by the table's columns; `source` says where they stand."""

    source: str
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The points of a sweep in the order of the grid; `out` is the folder that their paths start from."""

    spec: SweepSpec
    out: Path
    points: tuple[Point, ...]
    published: Mapping[str, Published] = field(default_factory=dict)
    #: What makes the whole sweep doubtful.
    warnings: tuple[Finding, ...] = ()

    @property
    def cells(self) -> list[CellResult]:
        """The runs by cell, of those that were done."""
        return done_cells(self.points)

    def title_of(self, series: str) -> str:
        return next(each.title for each in self.spec.series if each.id == series)

    def record(self, point: Point) -> Mapping[str, Any]:
        """The run's run.json."""
        return _record(self.out, point)

    def baseline_history(self, seed: int) -> Sequence[Mapping[str, Any]]:
        """The epochs of the training from scratch; empty where there was none."""
        note = self.out / "baselines" / f"seed-{seed}" / BASELINE
        return list(json.loads(note.read_text())["history"]) if note.is_file() else []


def doubts_of(out: Path, points: Sequence[Point]) -> tuple[Finding, ...]:
    """What the finished runs in `out` tell of the model that they began with, each kind once."""
    found: dict[str, Finding] = {}
    for point in points:
        told = _record(out, point)["warnings"] if point.state is State.DONE else ()
        for raw in told:
            if raw["code"] in DOUBTS:
                found.setdefault(raw["code"], Finding(raw["code"], raw["text"]))
    return tuple(found.values())


def _record(out: Path, point: Point) -> Mapping[str, Any]:
    record: Mapping[str, Any] = json.loads((out / point.where.folder / RECORD).read_text(encoding="utf-8"))
    return record
