"""What a bench that is watched runs: which model, where, measured by what; and the job that does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.targets.board import Board, Cpu, all_boards
from core.bench import Source, check_runs
from core.bench.windows import check_windows_alone
from core.errors import ThimbleError
from core.flow.open_run import OpenRun
from core.meters.choice import parse_meter
from core.paths import file_hash
from core.pi.address import PiAddress
from core.pi.board import PI, pi_board
from core.pi.engines import DEFAULT_ENGINE, ModelForm, find_engine
from core.pi.settings import DEFAULT_SETTINGS, PiSettings
from core.report.bench_record import Asked

#: The meter that measures nothing.
NO_METER = "estimate"


def places() -> dict[str, Board]:
    """Where a model can be watched, by id: boards first, this computer and a Pi after them."""
    boards = sorted(all_boards().values(), key=lambda board: board.cpu is Cpu.HOST)
    return {board.id: board for board in (*boards, pi_board())}


@dataclass(frozen=True, slots=True)
class LiveBench:
    """`meter` is as on the command line; `windows` of time follow the `runs` inferences, none when 0. `port`
    names one of several boards on USB, `pretended` says that a program stands in for it; `pi`, its settings
    and `engine` count for a Pi alone."""

    run: OpenRun
    place: str
    runs: int
    windows: int = 0
    meter: str = NO_METER
    port: str | None = None
    pi: PiAddress | None = None
    password: str | None = None
    engine: str = DEFAULT_ENGINE
    pi_settings: PiSettings = DEFAULT_SETTINGS
    pretended: bool = False

    def check(self) -> None:
        """Before anything is started. Raises ThimbleError with what a person can mend."""
        check_runs(self.runs)
        check_windows_alone(self.windows, self.metered)
        if not self.run.model.is_file():
            raise ThimbleError(
                "missing-file", f"there is no model {self.run.model} any more", "choose another model"
            )
        if self.on_pi:
            self._check_pi()

    @property
    def on_pi(self) -> bool:
        return self.place == PI

    @property
    def metered(self) -> bool:
        """Whether something measures the power."""
        return parse_meter(self.meter).measures

    @property
    def timing(self) -> Source:
        """Where its times are from: a virtual board's, and a pretended one's, are counted cycles."""
        counted = self.pretended or places()[self.place].virtual
        return Source.ESTIMATED if counted else Source.MEASURED

    @property
    def task(self) -> str:
        """The job that does it."""
        return "pi-bench" if self.on_pi else "deploy"

    def params(self, recording: Path) -> dict[str, Any]:
        """Of the task. The samples of a meter go to the folder `recording`."""
        told: dict[str, Any] = {"model": str(self.run.model), "data": self.run.data, "runs": self.runs}
        if self.windows:
            told["windows"] = self.windows
        if self.metered:
            told |= {"meter": self.meter, "recording": str(recording)}
        if self.on_pi and self.pi is not None:
            told |= {"address": self.pi.to_json(), "password": self.password, "engine": self.engine}
            return told | self.pi_settings.to_json()
        told |= {"board": self.place, "out": str(self.run.folder), "record": str(self.run.folder)}
        return told if self.port is None else {**told, "port": self.port}

    def asked(self) -> Asked:
        """What tells its result from others, of the model as it is now."""
        armnn = self.pi_settings.armnn_backend.value if self.on_pi and self.engine == "armnn" else None
        meter = self.meter if self.metered else None
        return Asked(str(self.run.model), file_hash(self.run.model), meter, armnn_backend=armnn)

    def _check_pi(self) -> None:
        if self.pi is None:
            raise ThimbleError(
                "no-pi", "no Raspberry Pi is known yet", "connect one on the page “Raspberry Pi” first"
            )
        engine = find_engine(self.engine)
        if engine.form is ModelForm.KERAS:
            raise ThimbleError(
                "engine-reads-keras",
                f"{engine.title} reads the model before it is converted",
                "use `thimble bench MODEL.keras --board pi --engine keras`",
            )
        if self.run.model.suffix.lower() != f".{engine.form.value}":
            raise ThimbleError(
                "engine-reads-other",
                f"{engine.title} reads .{engine.form.value} files, and this is {self.run.model.name}",
                "choose another engine, or another model",
            )
