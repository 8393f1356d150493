"""The window offscreen, with jobs and previews that the test controls."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from core.jobs.events import Event
from core.meters.base import MeterInfo
from core.meters.stream import SampleWriter
from core.preview import Preview, PreviewBuffer, PreviewLayer
from core.recipe import Cluster, Prune, PruneKind, Quantize, Recipe, Training
from gui.main_window import MainWindow
from gui.pages.live.presenter import LivePresenter
from gui.services import Services
from tests.gui.live_page import PERIOD_S, PICO, Bench


@dataclass
class FakeJob:
    """A job whose events the test sends."""

    task: str
    params: dict[str, Any]
    send: Callable[[Event], None]
    cancelled: bool = False

    def cancel(self, grace_s: float = 5.0) -> None:
        self.cancelled = True


@dataclass
class FakeJobs:
    """Stands in for `core.jobs.host.start_job`."""

    started: list[FakeJob] = field(default_factory=list)

    def __call__(self, task: str, params: dict[str, Any], on_event: Callable[[Event], None]) -> FakeJob:
        self.started.append(FakeJob(task, params, on_event))
        return self.started[-1]

    def last(self, task: str) -> FakeJob:
        return next(job for job in reversed(self.started) if job.task == task)


def fake_preview(
    model: Path, prune: Prune | None, quantize: Quantize, board: str, cluster: Cluster | None = None
) -> Preview:
    left = 1.0 - (prune.sparsity if prune else 0.0)
    flash = round(1_200_000 * left)
    return Preview(
        parameters_before=1_200_000,
        parameters_after=flash,
        parameters_fraction=1 - left,
        structures_fraction=0.0,
        flash_bytes=flash,
        flash_limit_bytes=1_000_000,
        sram_bytes=50_000,
        sram_limit_bytes=270_336,
        arena_bytes=200,
        arena_lower_bound_bytes=150,
        arena_is_smallest=False,
        buffers=(PreviewBuffer("input", 0, 100, 0, 1), PreviewBuffer("output", 100, 100, 1, 2)),
        fits=flash <= 1_000_000,
        weights_in_sram_bytes=0,
        cycles=1,
        shared_values=None if cluster is None else 4 * cluster.clusters,
        layers=(
            PreviewLayer("conv2d", 320, round(320 * left), prune is not None),
            PreviewLayer("dense", 1_000_000, 1_000_000, False),
        ),
    )


PRESETS = {
    "structured": Recipe("structured", prune=Prune(sparsity=0.9), finetune=Training(epochs=5)),
    "element": Recipe("element", prune=Prune(kind=PruneKind.ELEMENT, sparsity=0.95), finetune=Training()),
}


@pytest.fixture(autouse=True)
def no_pis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Pis of whoever runs the tests are none of their business."""
    monkeypatch.setattr("core.pi.known.settings_dir", lambda: tmp_path)


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


@pytest.fixture
def services(tmp_path: Path, jobs: FakeJobs) -> Services:
    projects = tmp_path / "projects"
    projects.mkdir()
    example = tmp_path / "net.keras"
    example.write_bytes(b"a model")
    return Services(
        settings=QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat),
        projects=projects,
        draft=tmp_path / "draft.json",
        presets=PRESETS,
        preview=fake_preview,
        start_job=jobs,
        usb_boards=lambda: (),
        example=example,
    )


@pytest.fixture
def window(qtbot: QtBot, services: Services, jobs: FakeJobs) -> MainWindow:
    window = MainWindow(services)
    qtbot.addWidget(window, before_close_func=stop_jobs)  # a window with a running job would ask
    window.resize(1024, 700)
    window.show()
    return window


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with the example, and its preview."""
    qtbot.mouseClick(window.start_view.example_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.wizard.session.preview is not None)
    return window


def stop_jobs(window: MainWindow) -> None:
    for bridge in window._bridges():
        bridge.abandon()


@pytest.fixture
def live_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("core.work_folder.cache_dir", lambda: tmp_path)
    return tmp_path / "work"


@pytest.fixture
def bench(
    services: Services, jobs: FakeJobs, tmp_path: Path, live_cache: Path, qtbot: QtBot
) -> Iterator[Bench]:
    """The page by itself, as large as in a window of 1024 × 600, with a Pico plugged in."""
    live = LivePresenter(replace(services, usb_boards=lambda: (PICO,)))
    live.start_wanted.connect(live.start)
    qtbot.addWidget(live.view)
    live.view.resize(828, 575)
    live.view.show()
    live.view.form.set_found((PICO,))
    yield Bench(live, jobs, tmp_path)
    live.bridge.abandon()
    live.saving.abandon()
    live.close()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SampleWriter]:
    with SampleWriter(tmp_path / "power", MeterInfo("fake meter", PERIOD_S)) as writer:
        yield writer
