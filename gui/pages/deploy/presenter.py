"""Runs the deploy job, feeds the live plot, and says how it went."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from codegen.targets.board import Board, all_boards
from core.boards.usb_ports import UsbBoard
from core.errors import ThimbleError
from core.flow.open_run import OpenRun
from core.jobs.events import Cancelled, Done, Failed
from core.report.deploy_record import save_deploy
from gui.job_bridge import JobBridge
from gui.pages.deploy.boards import BoardsPresenter, ends_of
from gui.pages.deploy.view import DeployView
from gui.pages.deploy.words import facts, verdict_words
from gui.services import Services
from gui.widgets.banner import BannerKind
from gui.words import bytes_text, error_as_failed, tr


class DeployPresenter(QObject):
    """`set_run` says which model; `deployed` tells when a board has run it."""

    deployed = Signal(object)
    running_changed = Signal(bool)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.bridge = JobBridge(services.start_job, self)
        self.view = DeployView(services, self.bridge)
        self.run: OpenRun | None = None
        self.boards = BoardsPresenter(services, self.view)
        self._targets: list[UsbBoard] = []
        self._plotted: str | None = None
        self.view.start_wanted.connect(self.start)
        self.view.board.currentIndexChanged.connect(self._board_chosen)
        self.view.another.clicked.connect(self._do_another)
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
        view.result.hide()
        view.live.begin()
        view.live.finish()
        index = view.board.findData(board or run.board)
        if index >= 0:
            view.board.setCurrentIndex(index)
        self._board_chosen()
        view.export.set_run(run if run.run is not None else None)
        if run.deployed is not None:
            self._show_earlier(run.deployed)

    @Slot()
    def start(self) -> None:
        """Deploy on the chosen boards."""
        run, view = self.run, self.view
        if run is None or self.bridge.running:
            return
        board = all_boards()[view.board.currentData()]
        try:
            targets = self.boards.targets(board)
        except ThimbleError as error:
            view.banner.show_failure(error_as_failed(error))
            return
        if not self.boards.may_replace(targets):
            return
        self._targets = targets
        view.banner.clear()
        view.result.hide()
        at_start = view.start.hasFocus()
        if at_start:
            view.hold_focus()
        view.start.setEnabled(False)
        self._show_timing(board.virtual or any(usb.pretended for usb in targets))
        view.live.begin()
        view.boards.begin()
        task, params = self._job(run, board)
        self.bridge.start(task, params, sinks={"inference": self._take_inference})
        if at_start:
            view.panel.cancel.setFocus()
        self.running_changed.emit(True)

    def _job(self, run: OpenRun, board: Board) -> tuple[str, dict[str, Any]]:
        """The task and its params; the live plot follows the first of several boards."""
        params = {
            "model": str(run.model),
            "board": board.id,
            "data": run.data,
            "runs": self.view.runs.value(),
            "out": str(run.folder),
        }
        ports, count = [usb.key for usb in self._targets], self.view.boards.virtual_count()
        self._plotted = None
        if len(ports) > 1:
            self._plotted = ports[0]
            return "deploy-several", {**params, "ports": ports}
        if count > 1:
            self._plotted = "1"
            return "deploy-several", {**params, "count": count}
        return "deploy", {**params, "port": ports[0]} if ports else params

    @Slot()
    def _board_chosen(self) -> None:
        """Say what the chosen board's times will be; a curve that is shown keeps its own words."""
        board = all_boards()[self.view.board.currentData()]
        self.view.boards.show_for(board)
        self.view.help.show_for(board)
        if not self.bridge.running and not self.view.live.buffer.written:
            self._show_timing(all_boards()[self.view.board.currentData()].virtual)

    def _show_timing(self, estimated: bool) -> None:
        self.view.live.set_estimated(latency=estimated, energy=True)
        self.view.live_note.setText(
            tr("Times are estimated from counted processor cycles; energy from the board's typical power.")
            if estimated
            else tr("Times are measured.")
        )

    def _take_inference(self, data: dict[str, Any]) -> None:
        """In the host's thread: only the ring buffer is touched."""
        if data.get("board") != self._plotted:
            return
        joules = data.get("energy_j")
        self.view.live.buffer.push(
            float(data["index"]) + 1,
            1e3 * float(data["latency_s"]),
            math.nan if joules is None else 1e3 * float(joules),
        )

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
        view = self.view
        view.live.finish()
        view.start.setEnabled(True)
        if isinstance(end, Done):
            view.boards.finish(ends_of(end.result, self._targets))
            self._show_result(end.result)
            self._keep(end.result)
        elif isinstance(end, Failed):
            view.boards.finish()
            view.banner.show_failure(end)
        else:
            view.boards.finish()
            view.banner.show_message(BannerKind.INFO, tr("You stopped the run on the board."))
        self.running_changed.emit(False)

    def _keep(self, result: dict[str, Any]) -> None:
        """Write the record that the report is made from."""
        if self.run is None:
            return
        try:
            save_deploy(self.run.folder, result)
        except ThimbleError as error:
            self.view.banner.show_failure(error_as_failed(error))
            return
        self.run = replace(self.run, deployed=result)
        self.view.export.set_run(self.run)
        self.deployed.emit(self.run)

    def _show_earlier(self, deployed: dict[str, Any]) -> None:
        """The numbers of an earlier deployment, with its curve."""
        if not all(part in deployed for part in ("plan", "build", "bench", "verified")):
            return
        bench = deployed["bench"]
        power_w = (bench.get("energy") or {}).get("power_w", math.nan)
        live = self.view.live
        self._show_timing(bench["timing"] == "estimated")
        live.begin()
        for index, seconds in enumerate(bench["times_s"]):
            live.buffer.push(index + 1, 1e3 * seconds, 1e3 * seconds * power_w)
        live.finish()
        index = self.view.board.findData(bench["board"])
        if index >= 0:
            self.view.board.setCurrentIndex(index)
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
