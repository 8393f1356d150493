"""How long the window's event loop waits while real jobs run.

Opens the window, compresses the example with a few training rounds, deploys it on the virtual Pico and
measures it on the Live page, and prints the longest time between two turns of a 5 ms timer in each part.
Goal: 50 ms. With --where, a thread looks every few milliseconds what the window is
at, and what it was at most often during the long waits is printed too.

    python benchmarks/event_loop_gap.py [--epochs 4] [--json] [--where]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest

from core.flow.sections import Section
from gui.app import make_application, make_window
from gui.main_window import MainWindow
from gui.services import real_services
from gui.side_bar import Place
from gui.widgets.banner import Banner, BannerKind

GOAL_MS = 50.0
_TICK_MS = 5
_LIVE_RUNS = 500
_LONG_S, _DEPTH, _MOST_SEEN = 0.03, 6, 15


class GapMeter:
    """The times between two turns of the event loop, with what the window was doing."""

    def __init__(self) -> None:
        self.gaps: list[tuple[float, str]] = []
        self.doing = "starting"
        self.last_s = math.inf
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.last_s = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self.last_s = math.inf

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self.gaps.append((1e3 * (now_s - self.last_s), self.doing))
        self.last_s = now_s


class Watcher:
    """Looks at the window's thread while the event loop waits."""

    def __init__(self, meter: GapMeter) -> None:
        self.seen: Counter[str] = Counter()
        self._meter, self._window_thread = meter, threading.get_ident()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_TICK_MS / 1e3)
            if time.perf_counter() - self._meter.last_s > _LONG_S:
                frame = sys._current_frames()[self._window_thread]
                lines = [
                    f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_stack(frame)
                ]
                self.seen[f"{self._meter.doing}: " + " > ".join(lines[-_DEPTH:])] += 1


def measure(window: MainWindow, epochs: int, meter: GapMeter) -> None:
    """Go through the wizard and the jobs; the meter runs all the while."""
    meter.start()
    _compress(window, epochs, meter)
    meter.doing = "going to the board's page"
    window.go(Place.DEPLOY)
    QTest.qWait(300)
    meter.doing = "deploying"
    window.deploy.start()
    _end_of(window, window.deploy.view.banner)
    meter.doing = "showing what the board did"
    QTest.qWait(300)
    meter.doing = "going to the live page"
    window.go(Place.LIVE)
    QTest.qWait(300)
    meter.doing = "measuring live"
    window.live.view.form.runs.setValue(_LIVE_RUNS)
    window.live.start()
    _end_of(window, window.live.view.banner)
    meter.doing = "showing what was measured"
    QTest.qWait(300)
    meter.stop()


def _compress(window: MainWindow, epochs: int, meter: GapMeter) -> None:
    meter.doing = "opening the example"
    window.start.open_example()
    _wait(lambda: window.wizard.session.survey is not None)
    meter.doing = "moving the pruning slider"
    window.go(Place.PRUNING)
    for share in range(50, 95, 3):
        window.wizard.flow.edit(Section.PRUNE, sparsity=share / 100)
        QTest.qWait(60)
    window.wizard.flow.edit(Section.FINETUNE, epochs=epochs)
    window.go(Place.REVIEW)
    meter.doing = "compressing"
    window.wizard.review_page.next_button.click()
    _end_of(window, window.run.view.banner)
    meter.doing = "showing the result"
    QTest.qWait(300)


def _end_of(window: MainWindow, banner: Banner) -> None:
    """Wait for the job to end well."""
    _wait(lambda: not window.running)
    if banner.kind in (BannerKind.ERROR, BannerKind.WARNING) and banner.text:
        raise SystemExit(banner.text)


def _wait(condition: Callable[[], bool]) -> None:
    while not condition():
        QTest.qWait(20)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--where", action="store_true", help="say what the long waits were for")
    arguments = parser.parse_args()
    app = make_application(["thimble"])
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        services = dataclasses.replace(real_services(), settings=settings, projects=Path(folder))
        window = make_window(services)
        window.show()
        QTest.qWait(500)
        meter = GapMeter()
        watcher = Watcher(meter) if arguments.where else None
        measure(window, arguments.epochs, meter)
        window.close()
    app.processEvents()
    longest_ms = max(gap for gap, _ in meter.gaps)
    worst = {doing: max(g for g, d in meter.gaps if d == doing) for _, doing in meter.gaps}
    over = sum(gap > GOAL_MS for gap, _ in meter.gaps)
    if arguments.json:
        print(json.dumps({"longest_ms": longest_ms, "goal_ms": GOAL_MS, "over_goal": over, "by_part": worst}))
    else:
        print(f"longest gap {longest_ms:.1f} ms (goal {GOAL_MS:.0f} ms), {over} of {len(meter.gaps)} over it")
        for doing, gap in worst.items():
            print(f"  {doing}: {gap:.1f} ms")
    if watcher is not None:
        for where, times in watcher.seen.most_common(_MOST_SEEN):
            print(f"{times:4} × {where}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
