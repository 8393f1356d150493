"""The Raspberry Pi page with jobs that the test controls: the key is shown, nothing is sent before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.flow.open_run import OpenRun
from core.jobs.events import Cancelled, Done, Failed
from core.pi.address import PiAddress
from core.pi.known import keep_settings, remember, settings_of
from core.pi.settings import PiSettings
from core.pi.setup.armnn import Backend
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
    facts = {"system": "Debian GNU/Linux 12", "cores": 4, "governor": "ondemand"}
    told = {"where": "pi@berry", "title": "Raspberry Pi 4", "facts": facts, "free_bytes": 1}
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
    assert view.checks.item(1, 1).text() == "4 cores, governor ondemand"
    assert view.checks.item(2, 2).text() == "✓ good"
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
    assert view.checks.item(3, 2).text().startswith("✗ It is full. Make room")
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


def test_a_known_pi_on_another_port_is_not_offered_twice(
    pi: PiPresenter, jobs: FakeJobs, qtbot: QtBot
) -> None:
    remember(PiAddress("10.0.0.9", "ann", 2022), "Raspberry Pi 5")
    view = pi.view
    view.find.click()
    found = {"where": "10.0.0.9:2022", "user": "ann", "title": "Raspberry Pi 5", "how": "used before"}
    jobs.last("pi-find").send(Done({"pis": [found]}))
    qtbot.waitUntil(lambda: "Found 1" in view.banner.text)
    assert view.host.count() == 1


def test_known_pis_fill_the_fields_and_can_be_measured(window: MainWindow, jobs: FakeJobs) -> None:
    known = PiAddress("10.0.0.7", "ann", 2022, folder="/mnt/usb")
    remember(known, "Raspberry Pi 5")
    keep_settings(known, PiSettings(threads=2, warmup=5, telemetry=False))
    remember(known, "Raspberry Pi 5")
    window.pi._pis_changed()
    view = window.pi.view
    view.host.setCurrentIndex(0)
    view.host.activated.emit(0)
    assert (view.host.currentText(), view.user.text()) == ("10.0.0.7:2022", "ann")
    assert view.folder.text() == "/mnt/usb"
    view.connect_button.click()
    assert jobs.last("pi-host-key").params["address"] == known.to_json()
    form = window.live.view.form
    form.set_place("pi")
    assert form.pi.currentText() == "Raspberry Pi 5 (ann@10.0.0.7:2022)"
    form.set_run(OpenRun(Path("runs"), Path("model.tflite"), "digits"))
    bench = form.bench()
    assert bench is not None
    params = bench.params(recording=Path("samples"))
    assert (params["threads"], params["warmup"], params["telemetry"]) == (2, 5, False)


def test_a_folder_on_the_pi_is_the_one_used_last_unless_it_is_named(
    pi: PiPresenter, jobs: FakeJobs, qtbot: QtBot
) -> None:
    remember(PiAddress("berry", "pi", folder="/mnt/usb"), "Raspberry Pi 5")
    remember(PiAddress("berry", "ann", folder="/mnt/anns"), "Raspberry Pi 5")
    view = pi.view
    for typed, used in (("", "/mnt/usb"), ("/mnt/other", "/mnt/other"), (".thimble", ".thimble")):
        view.host.setCurrentText("berry")
        view.folder.setText(typed)
        view.connect_button.click()
        assert jobs.started[-1].params["address"]["folder"] == used
        jobs.started[-1].send(Cancelled())
        qtbot.waitUntil(view.connect_button.isEnabled)


def test_how_a_pi_measures_is_kept_as_soon_as_it_is_entered(
    connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot
) -> None:
    address = PiAddress("berry", "pi", 2222)
    remember(address, "Raspberry Pi 4")
    jobs.last("pi-host-key").send(shown_key("known"))
    qtbot.waitUntil(lambda: jobs.started[-1].task == "pi-check")
    jobs.last("pi-check").send(checked(FINE))
    view = connecting.view
    qtbot.waitUntil(view.found.isVisible)
    view.options.threads.setValue(3)
    view.options.warmup.setValue(10)
    view.options.telemetry.click()
    view.options.backend.setCurrentIndex(1)
    view.wheels.setText("/stick/wheels")
    view.set_up.click()
    expected = PiSettings(3, 10, telemetry=False, wheels="/stick/wheels", armnn_backend=Backend.CPU_REF)
    assert settings_of(address) == expected


def test_arm_nn_is_set_up_from_what_is_named(connecting: PiPresenter, jobs: FakeJobs, qtbot: QtBot) -> None:
    view = connecting.view
    jobs.last("pi-host-key").send(shown_key("known"))
    qtbot.waitUntil(lambda: jobs.started[-1].task == "pi-check")
    jobs.last("pi-check").send(checked(FINE))
    qtbot.waitUntil(view.found.isVisible)
    assert not view.armnn.isVisible()
    view.engine.setCurrentIndex(view.engine.findData("armnn"))
    assert view.armnn.isVisible()
    view.armnn.archive.setText("https://example.org/armnn.tar.gz")
    view.set_up.click()
    assert "SHA-256" in view.banner.text
    assert jobs.started[-1].task == "pi-check"
    view.armnn.sha256.setText("ab" * 32)
    view.set_up.click()
    params = jobs.last("pi-setup").params
    assert (params["armnn_archive"], params["armnn_sha256"]) == (view.armnn.archive.text(), "ab" * 32)
    assert params["armnn_library"] is None


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
