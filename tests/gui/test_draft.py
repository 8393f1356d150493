"""Unsaved choices survive: they are written as they change, and offered at the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.compress.checkpoint import Interrupted
from core.flow.draft_file import load_draft
from core.flow.sections import Section
from core.jobs.events import Cancelled, Done
from gui.main_window import MainWindow
from gui.services import Services
from gui.side_bar import Place
from gui.widgets.banner import BannerKind
from tests.gui.conftest import FakeJobs, stop_jobs
from tests.gui.run_records import RUN, write_run

pytestmark = pytest.mark.gui


def another(services: Services, qtbot: QtBot) -> MainWindow:
    window = MainWindow(services)
    qtbot.addWidget(window, before_close_func=stop_jobs)
    window.show()
    return window


def crash(window: MainWindow) -> None:
    """What a process that ends leaves: the file, and no lock."""
    window.drafts._lock.unlock()


@pytest.fixture
def edited(window: MainWindow, services: Services, qtbot: QtBot) -> MainWindow:
    window.start.open_example()
    assert not services.draft.exists(), "nothing was changed yet"
    window.wizard.flow.edit(Section.PRUNE, sparsity=0.42)
    qtbot.waitUntil(services.draft.exists)
    return window


def test_choices_come_back_after_a_crash(edited: MainWindow, services: Services, qtbot: QtBot) -> None:
    crash(edited)
    again = another(services, qtbot)
    assert again.start_view.draft.isVisible()
    assert "net.keras" in again.start_view.draft_about.text()
    qtbot.mouseClick(again.start_view.go_on, Qt.MouseButton.LeftButton)
    assert again.place is Place.REVIEW
    assert again.wizard.flow.draft == edited.wizard.flow.draft
    assert not again.start_view.draft.isVisible()


def test_choices_can_be_discarded(edited: MainWindow, services: Services, qtbot: QtBot) -> None:
    crash(edited)
    again = another(services, qtbot)
    again.start_view.discard.click()
    assert not again.start_view.draft.isVisible()
    assert not services.draft.exists()


def test_a_second_window_leaves_the_draft_alone(edited: MainWindow, services: Services, qtbot: QtBot) -> None:
    second = another(services, qtbot)
    assert not second.start_view.draft.isVisible(), "it is still being worked on"
    second.start.open_example()
    second.wizard.flow.edit(Section.PRUNE, sparsity=0.77)
    second.drafts.save()
    kept = load_draft(services.draft)
    assert kept is not None
    assert kept.recipe.prune.sparsity == 0.42


def test_closing_writes_what_waits(window: MainWindow, services: Services) -> None:
    window.start.open_example()
    window.wizard.flow.edit(Section.PRUNE, sparsity=0.33)
    assert window.close()
    kept = load_draft(services.draft)
    assert kept is not None
    assert kept.recipe.prune.sparsity == 0.33


def test_what_was_run_is_not_offered(
    edited: MainWindow, services: Services, jobs: FakeJobs, qtbot: QtBot
) -> None:
    edited.go(Place.REVIEW)
    edited.wizard.review_page.next_button.click()
    job = jobs.last("compress")
    write_run(Path(job.params["out"]))
    job.send(Done(RUN))
    qtbot.waitUntil(edited.run.view.result.isVisible)
    assert not services.draft.exists()
    edited.drafts.save()
    assert not services.draft.exists()
    edited.wizard.flow.edit(Section.PRUNE, sparsity=0.5)
    edited.drafts.save()
    assert services.draft.exists(), "changed again"


def test_a_draft_that_cannot_be_written_is_told_once(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    services.draft.mkdir()
    window.start.open_example()
    window.go(Place.PRUNING)
    banner = window._pages[Place.PRUNING].banner
    window.wizard.flow.edit(Section.PRUNE, sparsity=0.33)
    window.drafts.save()
    assert banner.kind is BannerKind.ERROR
    banner.clear()
    window.wizard.flow.edit(Section.PRUNE, sparsity=0.32)
    window.drafts.save()
    assert banner.text == ""


def test_a_broken_draft_is_told_and_does_no_harm(services: Services, qtbot: QtBot) -> None:
    services.draft.write_text("no json")
    window = another(services, qtbot)
    qtbot.waitUntil(window.start_view.banner.isVisible)
    assert "cannot be read" in window.start_view.banner.text
    assert not window.start_view.draft.isVisible()


def interrupt(monkeypatch: pytest.MonkeyPatch, window: MainWindow, epoch: int = 3) -> Interrupted:
    """As if the run of what is chosen now had been cut off; its folder holds a checkpoint."""
    draft = window.wizard.flow.draft
    found = Interrupted(str(draft.model), draft.data, draft.recipe, "finetune", epoch, 5)

    def find(out: Path) -> Interrupted | None:
        return found if Path(out) == draft.out else None

    monkeypatch.setattr("core.flow.resume.find_checkpoint", find)
    monkeypatch.setattr("gui.pages.run.presenter.find_checkpoint", find)
    return found


def test_an_interrupted_run_goes_on(
    window: MainWindow, services: Services, jobs: FakeJobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.start.open_example()
    window.go(Place.REVIEW)
    review = window.wizard.review_page
    assert not review.interrupted.isVisible()
    review.next_button.click()
    assert services.draft.exists(), "kept though nothing was changed"
    interrupt(monkeypatch, window)
    crash(window)
    again = another(services, qtbot)
    assert "round 3 of 5" in again.start_view.draft_about.text()
    again.start_view.go_on.click()
    review = again.wizard.review_page
    assert again.place is Place.REVIEW
    assert review.next_button.text() == "Go on"
    assert "after 3 of 5" in review.interrupted.text()
    again.wizard.flow.edit(Section.PRUNE, sparsity=0.42)
    assert review.next_button.text() == "Start"
    assert "anew" in review.interrupted.text()
    again.menus.undo.trigger()
    review.next_button.click()
    started = [job for job in jobs.started if job.task == "compress"]
    assert started[0].params == started[1].params, "the same job goes on"


def test_stopping_says_that_it_can_go_on(
    window: MainWindow, jobs: FakeJobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.start.open_example()
    window.go(Place.REVIEW)
    window.wizard.review_page.next_button.click()
    interrupt(monkeypatch, window)
    jobs.last("compress").send(Cancelled())
    banner = window.run.view.banner
    qtbot.waitUntil(banner.isVisible)
    assert "round 3 of 5" in banner.text


def test_the_folder_of_an_interrupted_run_can_be_opened(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.start.open_example()
    window.wizard.flow.edit(Section.PRUNE, sparsity=0.42)
    found = interrupt(monkeypatch, window)
    folder = window.wizard.flow.draft.out
    assert folder is not None
    folder.mkdir(parents=True)
    window.start.open_example()
    window.start.open_path(folder)
    assert window.place is Place.REVIEW
    assert window.wizard.flow.draft.out == folder
    assert window.wizard.flow.recipe == found.recipe
