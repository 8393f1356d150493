"""The Compare page: the grid becomes a job, and each run is shown as it is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.jobs.events import Cancelled, Done, Failed, Partial
from core.recipe import Criterion
from core.sweep.grid import QUANTIZATIONS
from core.sweep.result import Figures, OnBoard, Point, Reason, State, Where, point_from_json
from core.sweep.studies import all_studies
from gui.main_window import MainWindow
from gui.plots.sweep_plot import SweepPlot
from gui.services import Services
from gui.side_bar import Place
from gui.widgets.banner import BannerKind
from tests.gui.conftest import FakeJobs

pytestmark = pytest.mark.gui


def point(sparsity: float, accuracy: float, seed: int = 0) -> dict[str, Any]:
    where = Where("structured", "structured", sparsity, None, "l1", "agp", "int8", seed, f"runs/{sparsity}")
    left = 1 - sparsity
    figures = Figures(
        0.99,
        accuracy,
        accuracy,
        0.1,
        0.1,
        accuracy,
        1000,
        round(1000 * left),
        left,
        10,
        10,
        9,
        9,
        {"tflite": 1},
    )
    boards = (OnBoard("virtual-pico", True, 50_000, 2_000_000, 1, 2),)
    return {**Point(where, State.DONE, figures, boards).to_json(), "done": 1, "total": 3}


def unpruned_point() -> dict[str, Any]:
    told = point(0.0, 0.99)
    told["where"] |= {"kind": "none", "criterion": "", "schedule": ""}
    return told


def failed_point() -> dict[str, Any]:
    where = Where("structured", "structured", 0.99, None, "l1", "agp", "int8", 0, "runs/x")
    return Point(where, State.FAILED, reason=Reason("too-much", "nothing would be left")).to_json()


@pytest.fixture
def comparing(opened: MainWindow) -> MainWindow:
    opened.go(Place.COMPARE)
    return opened


def test_without_a_model_there_are_studies(window: MainWindow, jobs: FakeJobs) -> None:
    window.go(Place.COMPARE)
    view = window.compare.view
    assert window.place is Place.COMPARE
    assert not view.start.isEnabled()
    assert "Open a model" in view.why.text()
    study = next(iter(all_studies()))
    view.subject.setCurrentIndex(view.subject.findData(study))
    assert not view.grid.isVisible()
    assert view.study_data.isVisible()
    view.start.click()
    assert jobs.last("sweep").params["spec"]["study"] == study


def test_a_grid_grows_run_by_run(
    comparing: MainWindow, jobs: FakeJobs, services: Services, qtbot: QtBot
) -> None:
    view, presenter = comparing.compare.view, comparing.compare
    view.sparsities.setText("0, 50, 90")
    view.criteria[Criterion.L1].click()
    view.quantizations[QUANTIZATIONS["int8"]].click()
    assert view.why.text() == "3 runs"
    view.start.click()
    job = jobs.last("sweep")
    assert job.params["out"] == str(services.projects / "net-compared")
    assert job.params["spec"]["series"][0]["grid"]["sparsity"] == [0.0, 0.5, 0.9]
    assert not view.start.isEnabled()
    assert comparing.running
    job.send(Partial("point", point(0.5, 0.98)))
    job.send(Partial("point", point(0.5, 0.96, seed=1)))
    job.send(Partial("point", point(0.9, 0.9)))
    job.send(Partial("point", failed_point()))
    qtbot.waitUntil(lambda: len(presenter.points) == 4)
    (curve,) = view.plot.curves.values()
    assert curve == [(pytest.approx(10), pytest.approx(90)), (pytest.approx(50), pytest.approx(97))]
    cells = [view.table.item(0, column).text() for column in range(view.table.columnCount())]
    assert cells == ["50.0 %", "l1, agp", "int8", "0", "98.0 %", "50.00 %", "48.8 KB", "done"]
    assert view.table.item(3, 7).text() == "✗ nothing would be left"
    out = Path(job.params["out"])
    out.mkdir()
    (out / "report.pdf").touch()
    job.send(Done({"files": {"report.pdf": "report.pdf"}}))
    qtbot.waitUntil(view.pdf.isEnabled)
    assert view.banner.kind is BannerKind.WARNING, "one of the runs failed"
    assert comparing.recent.paths()[0] == out
    assert view.out.text() == str(services.projects / "net-compared-2")


def test_the_unpruned_network_ends_every_curve(qtbot: QtBot) -> None:
    plot = SweepPlot()
    qtbot.addWidget(plot)
    plot.show_points((point_from_json(unpruned_point()),))
    assert plot.curves == {"structured, int8": [(100, pytest.approx(99))]}
    plot.show_points(tuple(map(point_from_json, (unpruned_point(), point(0.9, 0.9)))))
    ((name, dots),) = plot.curves.items()
    assert name == "structured, l1, agp, int8"
    assert dots == [(pytest.approx(10), pytest.approx(90)), (100, pytest.approx(99))]


def test_what_was_stopped_goes_on_in_its_folder(comparing: MainWindow, jobs: FakeJobs, qtbot: QtBot) -> None:
    view = comparing.compare.view
    view.start.click()
    job = jobs.last("sweep")
    Path(job.params["out"]).mkdir()
    view.panel.cancel.click()
    assert job.cancelled
    job.send(Cancelled())
    qtbot.waitUntil(view.start.isEnabled)
    assert view.out.text() == job.params["out"]
    view.start.click()
    assert jobs.last("sweep").params["out"] == job.params["out"]
    jobs.last("sweep").send(Failed("other-sweep", "the folder holds another one", "choose another"))
    qtbot.waitUntil(lambda: view.banner.kind is BannerKind.ERROR)


def test_amounts_that_are_no_numbers_are_told_where_they_are_typed(comparing: MainWindow) -> None:
    view = comparing.compare.view
    view.sparsities.setText("50, lots")
    view.sparsities.textEdited.emit("50, lots")
    assert "“lots”" in view.why.text()
    assert not view.start.isEnabled()


def test_only_one_long_job_at_a_time(comparing: MainWindow, jobs: FakeJobs, qtbot: QtBot) -> None:
    comparing.compare.view.start.click()
    comparing.go(Place.REVIEW)
    comparing.wizard.review_page.next_button.click()
    assert comparing.place is Place.REVIEW
    assert "still working" in comparing.wizard.review_page.banner.text
    assert [job.task for job in jobs.started].count("compress") == 0


def test_a_comparison_of_another_day(window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "compared"
    folder.mkdir()
    (folder / "sweep.json").write_text('{"state": "running"}')
    window.start.open_path(folder)
    assert "not finished" in window.start_view.banner.text
    (folder / "sweep.json").write_text(json.dumps({"points": [point(0.5, 0.98)], "files": {}}))
    window.start.open_path(folder / "sweep.json")
    assert window.place is Place.COMPARE
    assert window.compare.view.table.rowCount() == 1
    assert not window.compare.view.pdf.isEnabled()
    assert not window.compare.view.banner.isVisible()
    doubt = {"code": "near-chance", "text": "The model guesses."}
    told = {"points": [point(0.5, 0.98)], "files": {}, "warnings": [doubt]}
    (folder / "sweep.json").write_text(json.dumps(told))
    window.start.open_path(folder / "sweep.json")
    assert window.compare.view.banner.text == "The model guesses."
