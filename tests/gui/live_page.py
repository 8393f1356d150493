"""The Live page with a bench and a meter that the test controls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from codegen.targets.board import all_boards
from core.boards.usb_ports import Attachment, UsbBoard
from core.flow.open_run import OpenRun
from core.jobs.events import Done, Partial
from core.live.quantity import Quantity
from core.meters.base import samples_of
from core.meters.stream import SampleWriter
from gui.pages.live.presenter import LivePresenter
from gui.plots.linked_plots import LinkedPlots
from gui.plots.signal_plot import SignalPlot
from tests.gui.run_records import deployed

if TYPE_CHECKING:
    from tests.gui.conftest import FakeJobs

PICO = UsbBoard(all_boards()["pico"], Attachment.SERIAL, "/dev/ttyACM0", "PICO-1", "Thimble on Pico")
PERIOD_S = 1e-4
INFERENCES = 30


class Bench:
    """Drives the page: an inference each 0.1 s, a meter with 10,000 samples a second."""

    def __init__(self, live: LivePresenter, jobs: FakeJobs, folder: Path) -> None:
        self.live, self.jobs, self.folder = live, jobs, folder
        self.page = live.view
        self.now_s = 10.0
        model = folder / "model.tflite"
        model.write_bytes(b"a model")
        (folder / "run").mkdir()
        live.set_run(OpenRun(folder / "run", model, "digits"))

    @property
    def plots(self) -> LinkedPlots:
        return self.page.plots

    def begin(self, place: str = "pico", meter: str = "estimate", target: str = "") -> dict[str, Any]:
        form = self.page.form
        form.set_place(place)
        form.meter.setCurrentIndex(form.meter.findData(meter))
        form.target.setText(target)
        form.start.click()
        assert not self.page.banner.isVisible(), self.page.banner.text
        assert self.plots.run is not None
        self.plots.run._clock = lambda: self.now_s
        return self.jobs.started[-1].params

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        self.jobs.started[-1].send(Partial(kind, data))

    def inferences(self, count: int = INFERENCES, energy_j: float | None = None) -> None:
        for index in range(count):
            self.now_s += 0.1
            self.tell("inference", {"index": index, "latency_s": 0.05 + 0.001 * index, "energy_j": energy_j})

    def metered(self, writer: SampleWriter, count: int = INFERENCES, lost: int = 0) -> None:
        for index in range(count):
            power_w = np.full(1000, 0.09)
            power_w[:lost] = np.nan
            writer.add(samples_of(power_w))
            self.now_s += 0.1
            folder = str(self.folder / "power")
            self.tell("power", {"folder": folder, "samples": writer.count, "lost": writer.lost})
            self.tell("inference", {"index": index, "latency_s": 0.05, "energy_j": None})

    def end(self, **bench: Any) -> None:
        result = deployed(self.folder)
        told = {**result["bench"], "timing": "measured", "verified": True, **bench}
        self.jobs.started[-1].send(Done({**result, "bench": told}))


def rows(bench: Bench) -> dict[tuple[str, str], list[str]]:
    """What the table of statistics says, by quantity and part."""
    bench.live.show_statistics()
    table = bench.page.statistics
    texts = [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]
    return {(text[0].split(" (")[0], text[1]): text[2:] for text in texts}


def visible(bench: Bench) -> set[Quantity]:
    return {quantity for quantity, plot in bench.plots.plots.items() if plot.plot.isVisibleTo(bench.page)}


def seen(plot: SignalPlot) -> tuple[float, float]:
    begin_s, end_s = plot.plot.getViewBox().viewRange()[0]
    return begin_s, end_s
