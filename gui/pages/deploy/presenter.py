"""Runs the deploy job, feeds the live plots, and says how it went."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from codegen.targets.board import Board, all_boards
from core.bench import Source
from core.boards.usb_ports import UsbBoard
from core.errors import ThimbleError
from core.flow.open_run import OpenRun
from core.jobs.events import Cancelled, Done, Failed
from core.live.quantity import Quantity
from core.live.replay import run_of_result
from core.live.run import INFERENCE, LiveRun
from gui.job_bridge import JobBridge, Sink
from gui.pages.deploy.boards import BoardsPresenter, ends_of
from gui.pages.deploy.view import DeployView
from gui.pages.deploy.words import facts, verdict_words
from gui.pages.live.words import energy_words, note_words
from gui.services import Services
from gui.widgets.banner import BannerKind
from gui.words import bytes_text, error_as_failed, tr

#: The parts of a result that the page shows; a Pi's has others.
_SHOWN = {"plan", "build", "bench", "verified"}


class DeployPresenter(QObject):
    """`set_run` says which model; `deployed` tells when a board has run it."""

    deployed = Signal(object)
    running_changed = Signal(bool)
    start_wanted = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.bridge = JobBridge(services.start_job, self)
        self.view = DeployView(services, self.bridge)
        self.run: OpenRun | None = None
        self.boards = BoardsPresenter(services, self.view)
        self._targets: list[UsbBoard] = []
        self._after_blinking = False
        self.view.start_wanted.connect(self.start_wanted)
        self.view.board.currentIndexChanged.connect(self._board_chosen)
        self.view.another.clicked.connect(self._do_another)
        self.boards.blinked.connect(self._blinked)
        self.bridge.partial.connect(self._take_partial)
        self.bridge.ended.connect(self._ended)
        self._board_chosen()

    def set_run(self, run: OpenRun, board: str | None = None) -> None:
        """Show this model's page; what was shown of another one goes."""
        self.run = run
        view = self.view
        view.about.setText(
            tr("The network “{name}” is built into a program, sent to the board and tried there.").format(
                name=run.title
            )
        )
        view.banner.clear()
        self._choose(board or run.board)
        view.export.set_run(run if run.run is not None else None)
        earlier = run.deployed or {}
        if earlier.keys() >= _SHOWN:
            self._show_earlier(earlier)
        else:
            view.result.hide()
            self._show_nothing()

    @Slot()
    def start(self) -> None:
        """Deploy on the chosen boards."""
        run, view = self.run, self.view
        if run is None or self.bridge.running:
            return
        if self.boards.blinking.busy:
            self._after_blinking = True
            words = tr("The board blinks still: its port is free in a moment, then the program is sent.")
            view.banner.show_message(BannerKind.INFO, words)
            return
        board = self._board
        try:
            targets = self.boards.targets(board)
        except ThimbleError as error:
            view.banner.show_failure(error_as_failed(error))
            return
        if not self.boards.may_replace(targets):
            return
        self._targets = targets
        at_start = view.start.hasFocus()
        if at_start:
            view.hold_focus()
        view.begin()
        estimated = board.virtual or any(usb.pretended for usb in targets)
        live = LiveRun(Source.ESTIMATED if estimated else Source.MEASURED, metered=False)
        self._show(live)
        task, params, plotted = self._job(run, board)
        self.bridge.start(task, params, sinks={INFERENCE: _only_of(plotted, live.sinks[INFERENCE])})
        if at_start:
            view.panel.cancel.setFocus()
        self.running_changed.emit(True)

    @Slot()
    def _blinked(self) -> None:
        if self._after_blinking:
            self._after_blinking = False
            self.view.banner.clear()
            self.start_wanted.emit()

    @property
    def _board(self) -> Board:
        return all_boards()[self.view.board.currentData()]

    def _choose(self, board: str) -> None:
        index = self.view.board.findData(board)
        if index >= 0:
            self.view.board.setCurrentIndex(index)

    def _job(self, run: OpenRun, board: Board) -> tuple[str, dict[str, Any], str | None]:
        """The task, its params, and which of several boards is drawn: the first."""
        params = {
            "model": str(run.model),
            "board": board.id,
            "data": run.data,
            "runs": self.view.runs.value(),
            "out": str(run.folder),
            "record": str(run.folder),
        }
        ports, count = [usb.key for usb in self._targets], self.view.boards.virtual_count()
        if len(ports) > 1:
            return "deploy-several", {**params, "ports": ports}, ports[0]
        if count > 1:
            return "deploy-several", {**params, "count": count}, "1"
        return "deploy", {**params, "port": ports[0]} if ports else params, None

    @Slot()
    def _board_chosen(self) -> None:
        """Say what the chosen board's times will be; a curve that is shown keeps its own words."""
        board = self._board
        self.view.boards.show_for(board)
        self.view.help.show_for(board)
        shown = self.view.plots.run
        if shown is None or Quantity.LATENCY not in shown.signals:
            self._show_nothing()

    def _show_nothing(self) -> None:
        """Empty plots, with what the chosen board's will be."""
        timing = Source.ESTIMATED if self._board.virtual else Source.MEASURED
        self._show(LiveRun(timing, metered=False), follow=False)

    def _show(self, live: LiveRun, follow: bool = True) -> None:
        self.view.plots.show_run(live, follow)
        self._show_sources(live)

    def _show_sources(self, live: LiveRun) -> None:
        self.view.plots.set_sources(live.sources, {Quantity.ENERGY: energy_words(live)})
        self.view.note.setText(note_words(live))

    @Slot(str, dict)
    def _take_partial(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "board":
            self.view.boards.show_progress(data)

    @Slot()
    def _do_another(self) -> None:
        """The next board of a class."""
        self.view.result.hide()
        self.view.banner.clear()
        self.view.boards.do_another()
        self.view.start.setFocus()

    @Slot(object)
    def _ended(self, end: Done | Failed | Cancelled) -> None:
        view, live = self.view, self.view.plots.run
        if live is not None and isinstance(end, Done):
            live.finish(end.result["bench"])
            self._show_sources(live)
        view.plots.finish()
        view.plots.redraw()
        view.finish(ends_of(end.result, self._targets) if isinstance(end, Done) else ())
        if isinstance(end, Done):
            self._show_result(end.result)
            self._keep(end.result)
        elif isinstance(end, Failed):
            view.banner.show_failure(end)
        else:
            view.banner.show_message(BannerKind.INFO, tr("You stopped the run on the board."))
        self.running_changed.emit(False)

    def _keep(self, result: dict[str, Any]) -> None:
        """The job has written the record that reports are made from."""
        if self.run is not None:
            self.run = replace(self.run, deployed=result)
            self.view.export.set_run(self.run)
            self.deployed.emit(self.run)

    def _show_earlier(self, deployed: dict[str, Any]) -> None:
        """The numbers of an earlier deployment, with its curve."""
        self._choose(deployed["bench"]["board"])
        self._show(run_of_result(deployed["bench"]), follow=False)
        earlier = tr("The inferences of the last time, without the pauses between them.")
        self.view.note.setText(f"{earlier} {self.view.note.text()}")
        self._show_result(deployed)

    def _show_result(self, result: dict[str, Any]) -> None:
        view, plan, build = self.view, result["plan"], result["build"]
        verified = bool(result["verified"])
        words = verdict_words(result)
        view.verdict.setText(words)
        view.verdict.setProperty("good", verified)
        view.verdict.setProperty("bad", not verified)
        view.verdict.style().polish(view.verdict)
        view.show_facts(facts(result))
        view.flash.set_budget(build["flash_bytes"], plan["flash"]["limit"])
        view.sram.set_budget(build["sram_bytes"], plan["sram"]["limit"])
        view.predicted.setText(
            tr("Predicted before building: {flash} of flash, {sram} of SRAM.").format(
                flash=bytes_text(build["predicted_flash_bytes"]),
                sram=bytes_text(build["predicted_sram_bytes"]),
            )
        )
        view.another.setVisible(bool(self._targets))
        view.result.show()
        QTimer.singleShot(0, lambda: view.scroll.ensureWidgetVisible(view.export))
        if not verified:
            view.banner.show_message(BannerKind.ERROR, words)


def _only_of(board: str | None, take: Sink) -> Sink:
    """The inferences of one board; in the host's thread: only the run's queue is touched."""

    def take_its(data: dict[str, Any]) -> None:
        if data.get("board") == board:
            take(data)

    return take_its
