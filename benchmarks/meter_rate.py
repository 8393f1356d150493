"""How fast samples come, and how fast energy is made of them: a pretended PPK2, and a million samples.

    python -m benchmarks.meter_rate [--seconds 8]

Not on Windows, which has no pseudo-terminals.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from core.meters.base import MeterInfo, samples_of
from core.meters.recording import Recording
from core.meters.session import MeterSession
from core.meters.stream import SampleReader, SampleWriter
from core.meters.surveying import survey
from tests.unit.meters.fake_ppk2 import FakePpk2

_RATE_HZ = 100_000
_POINTS = 1_000_000
_REPEATS = 10


def record(seconds: float, folder: Path) -> None:
    """Samples a second that reach the file, and those that were lost."""
    with FakePpk2(rate_hz=_RATE_HZ) as kit, MeterSession(f"ppk2:{kit.port}", folder) as session:
        reader = SampleReader(folder)
        begun, begun_s = reader.count, time.perf_counter()
        time.sleep(seconds)
        per_s = (reader.count - begun) / (time.perf_counter() - begun_s)
        lost = survey(session.recording()).lost
    print(f"{per_s:,.0f} of {_RATE_HZ:,} samples a second, {lost} lost")


def compute(folder: Path) -> None:
    """Processor time of the pass that finds the inferences and what lies between them."""
    power_w = [0.1, 0.2] * (_POINTS // 2)
    with SampleWriter(folder, MeterInfo("a meter", 1 / _RATE_HZ, marker_input=0)) as writer:
        writer.add(samples_of(power_w, inputs=[0] * (_POINTS // 2) + [1] * (_POINTS // 2)))
    reader = SampleReader(folder)
    recording = Recording(reader.info, reader, 0, reader.count, 0.0)
    begun_s = time.process_time()
    for _ in range(_REPEATS):
        survey(recording)
    print(f"{_POINTS:,} samples: {1e3 * (time.process_time() - begun_s) / _REPEATS:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        record(seconds, Path(folder) / "recorded")
        compute(Path(folder) / "computed")


if __name__ == "__main__":
    main()
