"""The Raspberry Pi page with jobs that the test controls: the key is shown, nothing is sent before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.jobs.events import Cancelled, Done, Failed
from core.pi.address import PiAddress
from core.pi.known import known_pis, remember
from gui.main_window import MainWindow
from gui.pages.pi.presenter import PiPresenter
from gui.services import Services
from gui.widgets.banner import BannerKind
from tests.gui.conftest import FakeJobs

pytestmark = pytest.mark.gui

FINGERPRINT = "SHA256:4nVhL5mDqYyXb1cYp0Q2v8hZb7oTqk3x9kq0c1Jm2oE"
FINE = {"name": "Python", "found": "3.11.2", "problem": None}
BAD = {"name": "disk", "found": "12 MB free", "problem": {"what": "it is full", "hint": "make room"}}


def checked(*checks: dict[str, Any]) -> Done:
    fits = all(check["problem"] is None for check in checks)
    told = {"where": "pi@berry", "title": "Raspberry Pi 4", "facts": {}, "free_bytes": 1}
    return Done({**told, "checks": list(checks), "fits": fits})


def shown_key(state: str) -> Done:
    return Done({"kind": "ssh-ed25519", "fingerprint": FINGERPRINT, "state": state})


@pytest.fixture
def pi(services: Services, qtbot: QtBot) -> Iterator[PiPresenter]:
    """The page by itself."""
    pi = PiPresenter(services)
    qtbot.addWidget(pi.view)
    pi.view.resize(828, 575)
    pi.view.show()
    yield pi
    pi.bridge.abandon()


@pytest.fixture
def connecting(pi: PiPresenter, jobs: FakeJobs) -> PiPresenter:
    """The address is typed and Connect pressed."""
    view = pi.view
    view.host.setCurrentText("berry:2222")
    view.password.setText("secret")
    view.connect_button.click()
    assert jobs.last("pi-host-key").params["address"]["port"] == 2222
    assert "secret" not in str(jobs.started[-1].params), "nobody logs in yet"
    return pi


def test_an_unknown_key_is_shown_and_nothing_is_sent_before_it_is_accepted(
    connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot
) -> None:
    view = connecting.view
    jobs.last("pi-host-key").send(shown_key("unknown"))
    qtbot.waitUntil(view.key.isVisible)
    assert FINGERPRINT in view.fingerprint.text()
    assert [job.task for job in jobs.started] == ["pi-host-key"]
    known: list[tuple[str, str]] = []
    connecting.password_known.connect(lambda where, password: known.append((where, password)))
    view.accept.click()
    params = jobs.last("pi-check").params
    assert (params["accept_host_key"], params["password"]) == (FINGERPRINT, "secret")
    jobs.last("pi-check").send(checked(FINE))
    qtbot.waitUntil(view.found.isVisible)
    assert not view.key.isVisible()
    assert view.checks.item(0, 2).text() == "✓ good"
    view.set_up.click()
    setup = jobs.last("pi-setup")
    assert "accept_host_key" not in setup.params, "it is stored now"
    assert view.panel.isVisible()
    assert not view.set_up.isEnabled()
    setup.send(Done({"where": "pi@berry", "title": "Raspberry Pi 4", "facts": {}, "already": False}))
    qtbot.waitUntil(lambda: "is ready" in view.banner.text)
    assert known == [("pi@berry:2222", "secret")]


def test_a_known_key_needs_no_question(connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot) -> None:
    jobs.last("pi-host-key").send(shown_key("known"))
    qtbot.waitUntil(lambda: jobs.started[-1].task == "pi-check")
    assert "accept_host_key" not in jobs.started[-1].params
    jobs.started[-1].send(Failed("login-refused", "it does not let pi in", "check the password"))
    view = connecting.view
    qtbot.waitUntil(view.banner.isVisible)
    assert "does not let pi in" in view.banner.text
    assert view.connect_button.isEnabled()
    assert not view.found.isVisible()


def test_a_changed_key_is_refused_with_the_reason(
    connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = connecting.view
    jobs.last("pi-host-key").send(shown_key("changed"))
    qtbot.waitUntil(view.banner.isVisible)
    assert view.banner.kind is BannerKind.ERROR
    assert "another key than before" in view.banner.text
    assert not view.accept.isVisible()
    connecting.accept_key()
    assert [job.task for job in jobs.started] == ["pi-host-key"]
    monkeypatch.setattr(QMessageBox, "question", lambda *args: QMessageBox.StandardButton.Yes)
    view.forget.click()
    jobs.last("pi-forget").send(Done({"where": "pi@berry:2222", "key": True, "password": True, "name": True}))
    qtbot.waitUntil(lambda: "forgotten" in view.banner.text)


def test_what_is_missing_on_the_pi_is_told_and_not_set_up(
    connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot
) -> None:
    view = connecting.view
    jobs.last("pi-host-key").send(shown_key("known"))
    qtbot.waitUntil(lambda: jobs.started[-1].task == "pi-check")
    jobs.last("pi-check").send(checked(FINE, BAD))
    qtbot.waitUntil(view.found.isVisible)
    assert view.checks.item(1, 2).text().startswith("✗ It is full. Make room")
    assert not view.set_up.isEnabled()


def test_a_password_goes_to_the_keyring_only_when_asked(
    connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot
) -> None:
    view = connecting.view
    view.keep.setChecked(True)
    jobs.last("pi-host-key").send(shown_key("known"))
    qtbot.waitUntil(lambda: jobs.started[-1].task == "pi-check")
    jobs.last("pi-check").send(checked(FINE))
    qtbot.waitUntil(lambda: jobs.started[-1].task == "pi-keep-password")
    jobs.started[-1].send(Failed("no-keyring", "this computer's keyring does not take it", "use an SSH key"))
    qtbot.waitUntil(view.banner.isVisible)
    assert "keyring" in view.banner.text
    assert view.found.isVisible(), "it works without"


def test_removing_is_asked_for_and_can_be_stopped(
    connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = connecting.view
    jobs.last("pi-host-key").send(shown_key("known"))
    qtbot.waitUntil(lambda: jobs.started[-1].task == "pi-check")
    jobs.last("pi-check").send(checked(FINE))
    qtbot.waitUntil(view.found.isVisible)
    answers = iter([QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
    monkeypatch.setattr(QMessageBox, "question", lambda *args: next(answers))
    view.remove.click()
    assert jobs.started[-1].task == "pi-check"
    view.remove.click()
    assert jobs.started[-1].task == "pi-remove"
    view.panel.cancel.click()
    jobs.started[-1].send(Cancelled())
    qtbot.waitUntil(lambda: "Stopped" in view.banner.text)
    assert view.remove.isEnabled()


def test_pis_that_show_themselves_are_offered(pi: PiPresenter, jobs: FakeJobs, qtbot: QtBot) -> None:
    view = pi.view
    view.find.click()
    found = {
        "where": "10.0.0.9:2022",
        "user": None,
        "title": "berry",
        "how": "announces SSH; any computer may",
    }
    jobs.last("pi-find").send(Done({"pis": [found]}))
    qtbot.waitUntil(lambda: "Found 1" in view.banner.text)
    view.host.activated.emit(view.host.count() - 1)
    assert (view.host.currentText(), view.user.text()) == ("10.0.0.9:2022", "pi")
    view.find.click()
    jobs.started[-1].send(Done({"pis": []}))
    qtbot.waitUntil(lambda: "None shows itself" in view.banner.text)


def test_known_pis_fill_the_fields_and_can_be_measured(window: MainWindow, jobs: FakeJobs) -> None:
    remember(PiAddress("10.0.0.7", "ann", 2022), "Raspberry Pi 5")
    assert len(known_pis()) == 1
    window.pi._pis_changed()
    view = window.pi.view
    view.host.setCurrentIndex(0)
    view.host.activated.emit(0)
    assert (view.host.currentText(), view.user.text()) == ("10.0.0.7:2022", "ann")
    form = window.live.view.form
    form.set_place("pi")
    assert form.pi.currentText() == "Raspberry Pi 5 (ann@10.0.0.7:2022)"


@pytest.mark.parametrize(
    ("host", "user"), [("", "pi"), ("two words", "pi"), ("berry:99999", "pi"), ("b", "")]
)
def test_an_address_that_cannot_be_one_is_told_at_once(
    pi: PiPresenter, jobs: FakeJobs, host: str, user: str
) -> None:
    view = pi.view
    view.host.setCurrentText(host)
    view.user.setText(user)
    view.connect_button.click()
    assert view.banner.isVisible()
    assert jobs.started == []
