"""Leads to a Raspberry Pi: starts the jobs of the flow one after another, and shows what they found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMessageBox

from core.errors import ThimbleError
from core.flow.pi_flow import PiFlow, PiStep, PiTask
from core.jobs.events import Cancelled, Done, Failed
from core.pi.address import DEFAULT_FOLDER, PiAddress, host_text
from core.pi.known import KnownPi, known_pis
from gui.job_bridge import JobBridge
from gui.pages.pi.view import PiView
from gui.services import Services
from gui.widgets.banner import BannerKind
from gui.words import bytes_text, error_as_failed, sentence, tr

_Then = Callable[[dict[str, Any]], None]


class PiPresenter(QObject):
    """`password_known` (where, password) tells what was typed, for the jobs of other pages; `pis_changed`
    that other Pis are known now."""

    password_known = Signal(str, str)
    pis_changed = Signal()
    running_changed = Signal(bool)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.flow = PiFlow()
        self.bridge = JobBridge(services.start_job, self)
        self.view = PiView(self.bridge)
        self._then: _Then = lambda result: None
        view = self.view
        view.connect_wanted.connect(self.connect_pi)
        view.find_wanted.connect(lambda: self._run(self.flow.find(), self._found))
        view.accept_wanted.connect(self.accept_key)
        view.set_up_wanted.connect(self.set_up)
        view.remove_wanted.connect(self.remove)
        view.forget_wanted.connect(self.forget)
        view.host.activated.connect(self._chosen)
        view.options.edited.connect(self.keep_options)
        for field in (view.user, view.key_file, view.password, view.folder):
            field.returnPressed.connect(self.connect_pi)
        self.bridge.ended.connect(self._ended)
        view.show_known(known_pis())
        self._show()

    @Slot()
    def connect_pi(self) -> None:
        """Ask for the key; go on by itself where it is known."""
        view = self.view
        if self.bridge.running:
            return
        try:
            task = self.flow.connect(
                view.host.currentText(),
                view.user.text(),
                view.key_file.text(),
                view.password.text(),
                view.folder.text(),
            )
        except ThimbleError as error:
            view.banner.show_failure(error_as_failed(error))
            return
        self._run(task, self._showed_key)

    def _found(self, result: dict[str, Any]) -> None:
        pis = result["pis"]
        known = {host_text(pi.address.host, pi.address.port) for pi in known_pis()}
        self.view.show_known(known_pis())
        self.view.show_found(
            [
                (f"{pi['title']} – {pi['where']} ({tr(pi['how'])})", pi["where"], pi["user"])
                for pi in pis
                if pi["where"] not in known
            ]
        )
        if pis:
            self._say(tr("Found {count}: they are in the list of addresses.").format(count=len(pis)))
            self.view.host.setFocus()
        else:
            words = tr("None shows itself. Write its address: `hostname -I` on the Pi says it.")
            self.view.banner.show_message(BannerKind.INFO, words)

    def _showed_key(self, result: dict[str, Any]) -> None:
        self.flow.showed_key(result)
        if self.flow.state.step is PiStep.TRUSTED:
            self._check()
        elif self.flow.state.step is PiStep.REFUSED:
            self._refuse()

    def _refuse(self) -> None:
        state = self.flow.state
        assert state.address is not None  # noqa: S101 - a key was asked for
        self.view.banner.show_message(
            BannerKind.ERROR,
            tr(
                "{host} shows another key than before, so nothing was sent to it. Either this Pi was"
                " installed anew, or its address is another computer's now, or somebody is between you and"
                " it. If you know that it was installed anew, forget this Pi and connect again."
            ).format(host=state.address.host),
        )

    @Slot()
    def accept_key(self) -> None:
        """The user has compared the fingerprint."""
        if self.flow.state.step is PiStep.KEY and not self.bridge.running:
            self.flow.accept_key()
            self._check()

    def _check(self) -> None:
        self._run(self.flow.check(), self._checked)

    def _checked(self, result: dict[str, Any]) -> None:
        self.flow.checked(result)
        address, password = self.flow.state.address, self.flow.password
        if address is not None and password is not None:
            self.password_known.emit(address.where, password)
        self._pis_changed()
        self.view.wheels.setText(self.flow.settings.wheels or "")
        self.view.options.show_settings(self.flow.settings)
        keep = self.flow.keep_password() if self.view.keep.isChecked() else None
        if keep is not None:
            self._run(keep, lambda kept: self.view.password.clear())

    @Slot()
    def set_up(self) -> None:
        """Install the chosen engine."""
        view = self.view
        try:
            task = self.flow.set_up(str(view.engine.currentData()), view.wheels.text(), view.armnn.source)
        except ThimbleError as error:
            view.banner.show_failure(error_as_failed(error))
            return
        self._run(task, self._was_set_up)

    @Slot()
    def keep_options(self) -> None:
        """How this Pi measures from now on."""
        try:
            self.flow.keep(replace(self.view.options.settings, wheels=self.flow.settings.wheels))
        except ThimbleError as error:
            self.view.banner.show_failure(error_as_failed(error))

    def _was_set_up(self, result: dict[str, Any]) -> None:
        self.flow.was_set_up(result)
        self._pis_changed()
        words = tr("{title} is ready; nothing was missing.") if result["already"] else tr("{title} is ready.")
        self._say(
            words.format(title=result["title"]) + " " + tr("Choose it as the board on the page “Live”.")
        )

    @Slot()
    def remove(self) -> None:
        """Take everything of Thimble away from the Pi, after a question."""
        title = self.flow.state.title
        question = tr("Remove everything that Thimble has installed on {title}? Nothing else is touched.")
        if not self._asked(tr("Remove Thimble from the Pi?"), question.format(title=title)):
            return
        self._run(self.flow.remove(), self._was_removed)

    def _was_removed(self, result: dict[str, Any]) -> None:
        self.flow.was_removed()
        self._say(tr("Removed {size} from {where}.").format(
            size=bytes_text(result["removed_bytes"]), where=result["where"]
        ))  # fmt: skip

    @Slot()
    def forget(self) -> None:
        """Forget the Pi whose address is in the fields."""
        view = self.view
        try:
            address = PiFlow().connect(view.host.currentText(), view.user.text(), "", "").params["address"]
        except ThimbleError as error:
            view.banner.show_failure(error_as_failed(error))
            return
        where = PiAddress.from_json(address)
        question = tr("Forget the key, the password and the name of {where}? The Pi itself stays as it is.")
        if self._asked(tr("Forget this Pi?"), question.format(where=where.where)):
            self._run(self.flow.forget(where), self._was_forgotten)

    def _was_forgotten(self, result: dict[str, Any]) -> None:
        self.flow.was_forgotten()
        self._pis_changed()
        self._say(tr("{where} is forgotten on this computer.").format(where=result["where"]))

    def _run(self, task: PiTask, then: _Then) -> None:
        """One job after the other; `then` gets its result."""
        if self.bridge.running:
            return
        self._then = then
        self.view.banner.clear()
        self.bridge.start(task.task, task.params)
        self.running_changed.emit(True)
        self._show()

    @Slot(object)
    def _ended(self, end: Done | Failed | Cancelled) -> None:
        if isinstance(end, Done):
            self._then(end.result)
        elif isinstance(end, Failed):
            self.view.banner.show_failure(end)
        else:
            self.view.banner.show_message(
                BannerKind.INFO, tr("Stopped. You can go on from here at any time.")
            )
        self._show()
        self.running_changed.emit(self.bridge.running)

    def _show(self) -> None:
        """What can be done now."""
        view, state = self.view, self.flow.state
        idle = not self.bridge.running
        for control in (view.connect_button, view.find, view.forget, view.accept, view.set_up, view.remove):
            control.setEnabled(idle)
        view.key.setVisible(state.step in (PiStep.KEY, PiStep.REFUSED))
        view.accept.setVisible(state.step is PiStep.KEY)
        if state.key is not None:
            view.fingerprint.setText(f"{state.key.kind} {state.key.fingerprint}")
            view.key_title.setText(
                tr("Is this your Raspberry Pi?") if state.step is PiStep.KEY else tr("The key has changed")
            )
            view.key_words.setText(_key_words(state.step))
        view.found.setVisible(self.flow.logged_in)
        if self.flow.logged_in and state.address is not None:
            view.title_line.setText(f"{state.title} ({state.address.where})")
            view.checks.show_rows([*_fact_rows(state.facts), *map(_row, state.checks)])
            view.set_up.setEnabled(idle and state.fits)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        """A known Pi fills the fields."""
        view = self.view
        known = view.host.itemData(index)
        if isinstance(known, KnownPi):
            address = known.address
            view.host.setCurrentText(host_text(address.host, address.port))
            view.user.setText(address.user)
            view.folder.setText("" if address.folder == DEFAULT_FOLDER else address.folder)
            view.key_file.setText("" if address.key_file is None else str(address.key_file))
        elif known is not None:
            where, user = known
            view.host.setCurrentText(where)
            view.user.setText(user or view.user.text())

    def _pis_changed(self) -> None:
        self.view.show_known(known_pis())
        self.pis_changed.emit()

    def _say(self, words: str) -> None:
        self.view.banner.show_message(BannerKind.SUCCESS, words)

    def _asked(self, title: str, question: str) -> bool:
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        return QMessageBox.question(self.view, title, question, yes | no, no) == yes


def _key_words(step: PiStep) -> str:
    if step is PiStep.KEY:
        return tr(
            "Thimble has not met this computer yet. Compare the fingerprint with what the Pi itself says"
            " (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), and accept it only if it is the same."
        )
    return tr("This is the fingerprint that it shows now:")


def _fact_rows(facts: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the Pi is; nobody judges that."""
    cpu = tr("{cores} cores, governor {governor}").format(
        cores=facts["cores"], governor=facts["governor"] or tr("unknown")
    )
    steady = "" if facts["governor"] in ("", "performance") else tr("times are steadier with “performance”")
    return [(tr("system"), facts["system"], ""), (tr("CPU"), cpu, steady)]


def _row(check: dict[str, Any]) -> tuple[str, str, str]:
    """What, what was found, whether that will do, in words and as a sign."""
    problem = check["problem"]
    words = tr("good") if problem is None else " ".join(sentence(problem[part]) for part in ("what", "hint"))
    return tr(check["name"]), check["found"], f"{'✓' if problem is None else '✗'} {words}"
