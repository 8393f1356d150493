"""The frame: the side bar, the stack of pages, the menus. What happens on a page is its presenter's."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, QTimer, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMessageBox, QStackedWidget, QWidget

from core.errors import ThimbleError
from core.flow.compare import read_sweep
from core.flow.draft import Draft, Step
from core.flow.open_run import OpenRun
from core.flow.resume import resumable
from core.jobs.events import Failed
from core.live.quantity import Quantity
from gui.draft_keeper import DraftKeeper
from gui.error_dialog import ErrorDialog
from gui.job_bridge import JobBridge
from gui.menus import Menus
from gui.pages.compare.presenter import ComparePresenter
from gui.pages.deploy.presenter import DeployPresenter
from gui.pages.live.presenter import LivePresenter
from gui.pages.pi.presenter import PiPresenter
from gui.pages.run.presenter import RunPresenter
from gui.pages.start.presenter import StartPresenter
from gui.pages.start.view import StartView
from gui.recent import Recent
from gui.services import Services
from gui.side_bar import Place, SideBar
from gui.widgets.page import Page
from gui.wizards.compress.wizard import CompressWizard
from gui.words import error_as_failed, step_title, tr

_GEOMETRY = "window/geometry"
#: The size at the first start, and what the system's frame takes of the screen around it.
_ROOMY, _FRAME = QSize(1080, 740), QSize(16, 40)
_STEP_PLACES = {step: Place(step.value) for step in Step}


class MainWindow(QMainWindow):
    """Shows one place at a time."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setWindowTitle("Thimble")
        self._services = services
        self.recent = Recent(services.settings, self)
        self.start_view = StartView()
        self.start = StartPresenter(self.start_view, services, self.recent)
        self.wizard = CompressWizard(services, self)
        self.drafts = DraftKeeper(self.wizard.flow, services.draft, self)
        self.run = RunPresenter(services)
        self.deploy = DeployPresenter(services)
        self.live = LivePresenter(services)
        self.pi = PiPresenter(services)
        self.compare = ComparePresenter(services, self.wizard.flow)
        self.place = Place.START
        self._make_frame()
        self.menus = Menus(self)
        self._connect()
        self._restore_geometry()
        self._offer_draft()
        self.go(Place.START)

    def _make_frame(self) -> None:
        titles = [(Place.START, tr("Start"))]
        titles += [(_STEP_PLACES[step], step_title(step)) for step in Step]
        titles += [(Place.RUN, tr("Compress")), (Place.DEPLOY, tr("Try on a board"))]
        titles += [(Place.LIVE, tr("Live")), (Place.PI, tr("Raspberry Pi"))]
        titles += [(Place.COMPARE, tr("Compare"))]
        self.side_bar = SideBar(titles, "Thimble")
        self.stack = QStackedWidget()
        self._pages: dict[Place, Page] = {Place.START: self.start_view}
        self._pages |= {_STEP_PLACES[step]: page for step, page in self.wizard.pages.items()}
        self._pages |= {Place.RUN: self.run.view, Place.DEPLOY: self.deploy.view}
        self._pages |= {Place.LIVE: self.live.view, Place.PI: self.pi.view}
        self._pages[Place.COMPARE] = self.compare.view
        for page in self._pages.values():
            self.stack.addWidget(page)
        centre = QWidget()
        layout = QHBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.side_bar)
        layout.addWidget(self.stack, 1)
        self.setCentralWidget(centre)
        self.setMinimumSize(800, 440)

    def _connect(self) -> None:
        self.side_bar.chosen.connect(self.go)
        self.start.model_opened.connect(self._open_model)
        self.start.run_opened.connect(self._open_run)
        self.start.failed.connect(lambda failed: self.go(Place.START))
        self.start_view.draft_wanted.connect(self._open_draft)
        self.start_view.draft_discarded.connect(self.drafts.discard)
        self.start_view.draft_discarded.connect(self._offer_draft)
        self.drafts.failed.connect(self._say_on_the_page)
        self.wizard.model_wanted.connect(self.start.choose_model)
        self.wizard.step_wanted.connect(lambda step: self.go(_STEP_PLACES[step]))
        self.wizard.left.connect(lambda: self.go(Place.START))
        self.wizard.start_wanted.connect(self._start_run)
        self.wizard.session.changed.connect(self._show_states)
        self.run.view.settings_wanted.connect(self._back_to_settings)
        self.run.view.deploy_wanted.connect(lambda: self.go(Place.DEPLOY))
        self.run.finished.connect(self._run_finished)
        self.run.running_changed.connect(lambda running: self._show_states())
        self.deploy.start_wanted.connect(self._start_deploying)
        self.deploy.running_changed.connect(lambda running: self._show_states())
        self.live.running_changed.connect(lambda running: self._show_states())
        self.live.start_wanted.connect(self._start_live)
        self.pi.pis_changed.connect(self.live.view.form.refresh)
        self.pi.password_known.connect(self.live.passwords.__setitem__)
        self.live.deployed.connect(self._measured_live)
        self.compare.start_wanted.connect(self._start_comparing)
        self.compare.running_changed.connect(lambda running: self._show_states())
        self.compare.finished.connect(self.recent.add)
        self.start.interrupted_opened.connect(self._go_on_with)
        self.start.sweep_opened.connect(self._open_sweep)
        self.deploy.deployed.connect(lambda run: self.recent.add(run.folder))
        for page in self._pages.values():
            page.banner.details_wanted.connect(self.show_details)
        for bridge in self._bridges():
            bridge.ended.connect(self._show_unexpected)

    def warm_up(self) -> None:
        """Lay out and draw every page once before the window is shown.

        The first time takes up to 100 ms a page: too long later, while a job is watched.
        """
        self.run.view.curve.warm_up()
        self.live.view.plots.warm_up(tuple(Quantity))
        self.deploy.view.plots.warm_up()
        results = (self.run.view.result, self.deploy.view.result, self.live.view.result)
        for result in results:
            result.show()
        for page in self._pages.values():
            self.stack.setCurrentWidget(page)
            self.grab()
        for result in results:
            result.hide()
        self.stack.setCurrentWidget(self._pages[self.place])

    @property
    def running(self) -> bool:
        """Whether a job runs whose loss would hurt."""
        return any(part.bridge.running for part in (self.run, self.deploy, self.live, self.pi, self.compare))

    @Slot(Place)
    def go(self, place: Place) -> None:
        """Show a place, if it is unlocked."""
        self._show_states()
        if self.side_bar.buttons[place].isEnabled():
            self.place = place
            self.stack.setCurrentWidget(self._pages[place])
            self._pages[place].focus_first()
            self._show_states()  # the page that was left is finished now
        self.side_bar.set_current(self.place)

    @Slot()
    def _show_states(self) -> None:
        flow = self.wizard.flow
        opened = flow.draft.model is not None
        self.side_bar.set_state(Place.START, True, False)
        for step, place in _STEP_PLACES.items():
            unlocked = opened and flow.unlocked(step) and not self.run.bridge.running
            finished = unlocked and flow.problem(step) is None and step in self.wizard.seen
            self.side_bar.set_state(place, unlocked, finished)
        done = self.run.run is not None
        started = done or self.run.bridge.running or self.run.view.banner.text != ""
        self.side_bar.set_state(Place.RUN, started, done)
        self.side_bar.set_state(
            Place.DEPLOY, self.deploy.run is not None, not self.deploy.view.result.isHidden()
        )
        for place in (Place.LIVE, Place.PI, Place.COMPARE):
            self.side_bar.set_state(place, True, False)
        self.menus.show_state()

    @Slot()
    def _offer_draft(self) -> None:
        draft = self.drafts.offered
        words = ""
        if draft is not None and draft.model is not None:
            words = tr("Your choices for {model} were not run yet.").format(model=draft.model.name)
            found = resumable(draft)
            if found is not None and found.goes_on:
                words = tr("The run of {model} was interrupted after training round {done} of {all}.").format(
                    model=draft.model.name, done=found.epoch, all=found.epochs
                )
        self.start_view.show_draft(words)

    @Slot()
    def _open_draft(self) -> None:
        draft = self.drafts.offered
        if draft is None or self.run.bridge.running:
            return
        self.drafts.offered = None
        self._offer_draft()
        self._go_on_with(draft)

    @Slot(object)
    def _go_on_with(self, draft: Draft) -> None:
        """The choices of another day, or of a run that was interrupted."""
        if self.run.bridge.running:
            self._say_busy()
            return
        self.wizard.open_draft(draft)
        unlocked = [step for step in Step if self.wizard.flow.unlocked(step)]
        self.go(_STEP_PLACES[unlocked[-1]])

    @Slot(Failed)
    def _say_on_the_page(self, failed: Failed) -> None:
        self._pages[self.place].banner.show_failure(failed)

    @Slot(object, str)
    def _open_model(self, path: object, data: str) -> None:
        if self.run.bridge.running:
            self._say_busy()
            return
        self.wizard.open(path, data or None)
        self.go(Place.MODEL)

    @Slot(object)
    def _open_run(self, run: OpenRun) -> None:
        if self.running:
            self._say_busy()
            return
        self.deploy.set_run(run)
        self.live.set_run(run)
        if run.run is None:
            self.go(Place.DEPLOY)
        else:
            self.run.show_run(run)
            self.go(Place.RUN)

    def _say_busy(self, place: Place = Place.START) -> None:
        busy = Failed(
            "busy", tr("Thimble is still working on something else"), tr("wait for it or cancel it")
        )
        self._pages[place].banner.show_failure(busy)
        self.go(place)

    @Slot(object)
    def _open_sweep(self, folder: Path) -> None:
        if self.compare.bridge.running:
            self._say_busy()
            return
        try:
            self.compare.show_sweep(read_sweep(folder))
        except ThimbleError as error:
            self.start.failed.emit(error_as_failed(error))
            return
        self.go(Place.COMPARE)

    @Slot()
    def _start_deploying(self) -> None:
        if self.running:
            self._say_busy(Place.DEPLOY)
            return
        self.deploy.start()

    @Slot()
    def _start_live(self) -> None:
        if self.running:
            self._say_busy(Place.LIVE)
            return
        self.live.start()

    @Slot(object)
    def _measured_live(self, run: OpenRun) -> None:
        self.recent.add(run.folder)
        if self.deploy.run is not None and self.deploy.run.folder == run.folder:
            self.deploy.set_run(run)
            self._show_states()

    @Slot()
    def _start_comparing(self) -> None:
        if self.running:
            self._say_busy(Place.COMPARE)
            return
        for bridge in self.wizard.surveys:
            bridge.abandon()
        self.compare.start()

    @Slot()
    def _start_run(self) -> None:
        if self.running:
            self._say_busy(Place.REVIEW)
            return
        if not self.wizard.flow.ready:
            return
        for bridge in self.wizard.surveys:
            bridge.abandon()  # it would only take the processor from the job
        self.drafts.begin()
        self.run.start(self.wizard.flow)
        QTimer.singleShot(0, lambda: self.go(Place.RUN))  # starting a process took its share of time

    @Slot(object)
    def _run_finished(self, run: OpenRun) -> None:
        self.deploy.set_run(run, self.wizard.flow.draft.board)
        self.live.set_run(run, self.wizard.flow.draft.board)
        self.recent.add(run.folder)
        self.wizard.next_folder()
        self.drafts.settle()
        self._show_states()

    @Slot()
    def _back_to_settings(self) -> None:
        opened = self.wizard.flow.draft.model is not None
        self.go(Place.REVIEW if opened else Place.START)

    @Slot(object)
    def _show_unexpected(self, end: object) -> None:
        if isinstance(end, Failed) and not end.expected and end.code != "worker-crashed":
            self.show_details(end.details)

    @Slot(str)
    def show_details(self, details: str) -> None:
        """The dialog for the unexpected; one at a time."""
        if self.findChild(ErrorDialog) is None:
            ErrorDialog(details, self).open()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.running and not self._may_stop():
            event.ignore()
            return
        self._services.settings.setValue(_GEOMETRY, self.saveGeometry())
        for bridge in self._bridges():
            bridge.abandon()
        self.deploy.boards.close()
        self.wizard.session.close()
        self.live.close()
        self.drafts.close()
        event.accept()

    def _may_stop(self) -> bool:
        answer = QMessageBox.question(
            self,
            tr("Work is going on"),
            tr("Thimble is still working. Stop the work and quit?"),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes

    def _restore_geometry(self) -> None:
        self.resize(self._roomy())
        geometry = self._services.settings.value(_GEOMETRY)
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def _roomy(self) -> QSize:
        """What the window likes to have, where the screen has it."""
        return _ROOMY.boundedTo(self.screen().availableSize() - _FRAME)

    def _bridges(self) -> list[JobBridge]:
        return [
            self.start.bridge,
            *self.wizard.bridges,
            self.run.bridge,
            self.deploy.bridge,
            self.live.bridge,
            self.live.saving,
            self.pi.bridge,
            self.compare.bridge,
            self.run.view.export.bridge,
            self.deploy.view.export.bridge,
        ]
