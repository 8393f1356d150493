"""What a bench that is watched runs: which model, where, measured by what; and the job that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.targets.board import Board, Cpu, all_boards
from core.bench import Source, check_runs
from core.errors import ThimbleError
from core.flow.open_run import OpenRun
from core.meters.choice import parse_meter

#: The meter that measures nothing.
NO_METER = "estimate"


def places() -> dict[str, Board]:
    """Where a model can be watched, by id: boards first, this computer after them."""
    boards = sorted(all_boards().values(), key=lambda board: board.cpu is Cpu.HOST)
    return {board.id: board for board in boards}


@dataclass(frozen=True, slots=True)
class LiveBench:
    """`meter` is as on the command line; `windows` of time follow the `runs` inferences, none when 0. `port`
    names one of several boards on USB."""

    run: OpenRun
    place: str
    runs: int
    windows: int = 0
    meter: str = NO_METER
    port: str | None = None

    def check(self) -> None:
        """Before anything is started. Raises ThimbleError with what a person can mend."""
        check_runs(self.runs)
        parse_meter(self.meter)
        if not self.run.model.is_file():
            raise ThimbleError(
                "missing-file", f"there is no model {self.run.model} any more", "choose another model"
            )

    @property
    def metered(self) -> bool:
        """Whether something measures the power."""
        return parse_meter(self.meter).measures

    @property
    def timing(self) -> Source:
        """Where its times are from: a virtual board's are counted cycles."""
        return Source.ESTIMATED if places()[self.place].virtual else Source.MEASURED

    @property
    def task(self) -> str:
        """The job that does it."""
        return "deploy"

    def params(self) -> dict[str, Any]:
        """Of the task."""
        told: dict[str, Any] = {"model": str(self.run.model), "data": self.run.data, "runs": self.runs}
        if self.windows:
            told["windows"] = self.windows
        if self.metered:
            told["meter"] = self.meter
        told |= {"board": self.place, "out": str(self.run.folder)}
        return told if self.port is None else {**told, "port": self.port}
