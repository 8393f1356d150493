"""Runs the compress job and shows how it ended; nothing is lost when it ends badly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from core.compress.checkpoint import find_checkpoint
from core.errors import ThimbleError
from core.flow.compress_flow import CompressFlow
from core.flow.open_run import OpenRun, open_run
from core.jobs.events import Cancelled, Done, Failed
from core.recipe import QuantizeMode, Recipe
from core.recipe_toml import recipe_to_dict
from gui.job_bridge import JobBridge
from gui.pages.run.rows import before_and_after
from gui.pages.run.view import RunView
from gui.plots.layer_bars import LayerChange
from gui.services import Services
from gui.widgets.banner import BannerKind
from gui.words import error_as_failed, percent, tr


class RunPresenter(QObject):
    """`finished` gives the run; `running_changed` tells the window what may be left."""

    finished = Signal(object)
    running_changed = Signal(bool)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.bridge = JobBridge(services.start_job, self)
        self.view = RunView(services, self.bridge)
        self.run: OpenRun | None = None
        self._out = Path()
        self._data = ""
        self.bridge.partial.connect(self._take_partial)
        self.bridge.ended.connect(self._ended)

    def start(self, flow: CompressFlow) -> None:
        """Start the job that the wizard describes."""
        params = flow.job_parameters(recipe_to_dict)
        self._out, self._data = Path(params["out"]), params["data"]
        self.run = None
        view = self.view
        view.title.setText(tr("Compressing"))
        view.about.setText(
            tr("{name} is made smaller. You can leave this page; the work goes on.").format(
                name=Path(params["model"]).name
            )
        )
        view.banner.clear()
        view.curve.clear()
        view.curve_card.setVisible(_trains(flow.recipe))
        view.result.hide()
        view.back.setEnabled(False)
        self.bridge.start("compress", params)
        self.running_changed.emit(True)

    def show_run(self, run: OpenRun) -> None:
        """Show a finished run, of now or of another day."""
        self.run = run
        view = self.view
        view.banner.clear()
        view.back.setEnabled(True)
        view.title.setText(tr("Result: {name}").format(name=run.title))
        view.about.setText(str(run.folder))
        view.export.set_run(run)
        if run.run is not None:
            view.show_rows(before_and_after(run.run))
            view.show_layers(_layers(run.run))
            view.confusion.show_run(run.run)
            view.quantization.show_run(run.run)
            view.findings.setText(_findings(run.run))
            view.findings.setVisible(bool(view.findings.text()))
            _show_history(view, run.run)
        view.result.setVisible(run.run is not None)
        view.scroll.verticalScrollBar().setValue(0)

    @Slot(str, dict)
    def _take_partial(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "epoch":
            self.view.curve.add_epoch(data)

    @Slot(object)
    def _ended(self, end: Done | Failed | Cancelled) -> None:
        self.view.back.setEnabled(True)
        if isinstance(end, Done):
            self._show_done()
        elif isinstance(end, Failed):
            self.view.title.setText(tr("It did not work out"))
            self.view.about.setText(tr("Your choices are kept: change them or start again."))
            self.view.banner.show_failure(end)
        else:
            self.view.title.setText(tr("Stopped"))
            self.view.about.setText(tr("Your choices are kept: change them or start again."))
            found = find_checkpoint(self._out)
            words = tr("You stopped the work. Your model is as it was; nothing was written.")
            if found is not None:
                words = tr(
                    "You stopped the work after training round {done} of {all}. Started again with the same "
                    "choices, it goes on from there."
                ).format(done=found.epoch, all=found.epochs)
            self.view.banner.show_message(BannerKind.INFO, words)
        self.running_changed.emit(False)

    def _show_done(self) -> None:
        try:
            run = open_run(self._out, self._data)
        except ThimbleError as error:
            self.view.banner.show_failure(error_as_failed(error))
            return
        self.show_run(run)
        accuracy = (run.run or {})["accuracy"]
        words = tr("Done. Nothing was tested, since there are no data.")
        if accuracy["after"] is not None:
            words = tr("Done. Right answers: {before} before, {after} now.").format(
                before=percent(accuracy["before"]), after=percent(accuracy["after"])
            )
        self.view.banner.show_message(BannerKind.SUCCESS, words)
        self.finished.emit(run)


def _trains(recipe: Recipe) -> bool:
    trained = [section.epochs for section in (recipe.train, recipe.finetune) if section is not None]
    return any(trained) or recipe.quantize.mode is QuantizeMode.QAT or recipe.quantize.finetune_epochs > 0


def _findings(run: dict[str, Any]) -> str:
    """Warnings first, then where the model became smaller and where it did not."""
    signs = {"warnings": "⚠", "notes": "•"}
    return "\n".join(f"{sign} {one['text']}" for key, sign in signs.items() for one in run.get(key) or ())


def _layers(run: dict[str, Any]) -> list[LayerChange]:
    return [
        LayerChange(
            layer["name"],
            int(layer["params_before"]),
            round(layer["params_after"] * (1.0 - layer.get("sparsity", 0.0))),
        )
        for layer in run["layers"]
    ]


def _show_history(view: RunView, run: dict[str, Any]) -> None:
    """The training curve of a run of another day; the live one is there already."""
    history = run.get("history") or []
    if view.curve.rounds != len(history):
        view.curve.clear()
        for epoch in history:
            view.curve.add_epoch(epoch)
    view.curve_card.setVisible(bool(history) or view.curve.rounds > 0)
