"""How many frames a second the Live page draws: ``python -m benchmarks.live_plot_speed``.

A recording of a meter grows while it is drawn, as while a bench runs: before every frame 1/30 s of samples at
100 kS/s come in, beside a latency and an energy for each of a thousand inferences a second. Noise makes the
line as long as it can be. Drawn off screen unless QT_QPA_PLATFORM says otherwise. A frame is everything from
taking the new samples to the last pixel; told are the mean and the slowest by the clock, and the processor's
time, which other programs lengthen less.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from core.bench import Source
from core.live.run import INFERENCE, POWER, LiveRun
from core.live.signal import Span
from core.meters.base import MeterInfo, samples_of
from core.meters.stream import SampleWriter
from gui.app import make_application
from gui.plots.linked_plots import LinkedPlots

PERIOD_S = 1e-5
PER_FRAME = round(1 / 30 / PERIOD_S)
INFERENCE_S = 1e-3
FRAMES = 90
POINTS = [10_000, 30_000, 100_000, 300_000, 1_000_000]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="*", default=POINTS)
    parser.add_argument("--estimated", action="store_true", help="dashed lines, as estimates have")
    parser.add_argument("--zoomed", action="store_true", help="a tenth of it, in the middle")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application(["live_plot_speed"])
    print(f"{'points':>10} {'frames/s':>9} {'slowest ms':>11} {'processor ms':>13}")
    for points in arguments.points:
        mean_s, worst_s, cpu_s = frames(app, points, arguments.estimated, arguments.zoomed)
        print(f"{points:>10,} {1 / mean_s:>9.0f} {1e3 * worst_s:>11.1f} {1e3 * cpu_s:>13.1f}", flush=True)


def frames(app: QApplication, points: int, estimated: bool, zoomed: bool) -> tuple[float, float, float]:
    """Seconds of a frame: the mean, the largest, and the mean of the processor's time."""
    clock = _Clock()
    run = LiveRun(Source.ESTIMATED if estimated else Source.MEASURED, metered=False, clock=clock)
    plots = LinkedPlots()
    plots.resize(1000, 420)
    plots.show()
    plots.show_run(run, follow=False)
    with tempfile.TemporaryDirectory() as folder:
        meter = _Meter(run, Path(folder), clock)
        with meter.writer:
            meter.grow(points)
            run.catch_up()
            if zoomed:
                plots.viewport.grow(run.span)
                plots.viewport.show(Span(0.45 * clock.now_s, 0.55 * clock.now_s))
            times_s, used_s = [], []
            for _ in range(FRAMES):
                meter.grow(PER_FRAME)
                begun_s, begun_cpu_s = time.perf_counter(), time.process_time()
                plots.poll()
                app.processEvents()
                times_s.append(time.perf_counter() - begun_s)
                used_s.append(time.process_time() - begun_cpu_s)
    plots.close()
    return float(np.mean(times_s[5:])), float(np.max(times_s[5:])), float(np.mean(used_s[5:]))


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class _Meter:
    """Records beside the inferences that it sees, as the worker of a bench does."""

    def __init__(self, run: LiveRun, folder: Path, clock: _Clock) -> None:
        self.writer = SampleWriter(folder, MeterInfo("benchmark", PERIOD_S))
        self._take, self._folder, self._clock = run.sinks, folder, clock
        self._noise = np.random.default_rng(0)
        self._take[INFERENCE]({"latency_s": INFERENCE_S, "energy_j": 1e-4})

    def grow(self, samples: int) -> None:
        """So many samples more, a few of them lost, and the inferences of that time."""
        clock, begun_s = self._clock, self._clock.now_s
        power_w = self._noise.normal(0.09, 0.01, samples)
        power_w[:: max(samples // 7, 1)] = np.nan
        self.writer.add(samples_of(power_w))
        for place in range(1, round(samples * PERIOD_S / INFERENCE_S) + 1):
            clock.now_s = begun_s + place * INFERENCE_S
            latency_s = float(INFERENCE_S * self._noise.normal(1, 0.05))
            self._take[INFERENCE]({"latency_s": latency_s, "energy_j": 0.09 * latency_s})
        clock.now_s = begun_s + samples * PERIOD_S
        self._take[POWER]({"folder": str(self._folder), "samples": self.writer.count, "lost": 0})


if __name__ == "__main__":
    main()
