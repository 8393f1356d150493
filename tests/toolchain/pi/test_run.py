"""The runner over SSH: what it computes, and that nothing of it is left, however it ends."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.pi.engines import find_engine
from core.pi.events import Beat, Loaded, PiEvent, PiInference, System
from core.pi.listener import Listener
from core.pi.measuring import evaluate, measure
from core.pi.preparing import Prepared
from core.pi.setup.armnn import ArmnnSource
from tests.toolchain.pi.loopback import Loopback, all_gone, running_under
from tests.toolchain.pi.samples import ENDLESS, SAMPLES, Sample, run_on


@pytest.mark.parametrize("engine", ["xnnpack", "tflite"])
def test_a_measurement(prepared: Prepared, pi: Loopback, sample: Sample, engine: str) -> None:
    events: list[PiEvent] = []
    question = sample.asked(runs=12)
    answered = measure(prepared, find_engine(engine), question, ArmnnSource(), Listener(events.append))
    result = evaluate(prepared, question, answered)
    measurement = result.measurement
    assert measurement.verified
    assert not measurement.partial
    assert result.verification.largest_difference <= 1  # without XNNPACK the softmax rounds otherwise
    assert measurement.engine == engine
    assert measurement.series.runs == 12
    times = [event.total_s for event in events if isinstance(event, PiInference)]
    loaded = next(event for event in events if isinstance(event, Loaded))
    assert measurement.series.times_s == (loaded.load_s + times[0], *times[1:])
    assert loaded.partition is not None
    assert loaded.partition.operators == 2
    assert (loaded.partition.parts > 0) == (engine == "xnnpack")
    pairs = zip(result.inference.warm_s, result.disk_to_class.warm_s, strict=True)
    assert all(alone < whole for alone, whole in pairs)
    assert any(isinstance(event, System) for event in events)
    assert all_gone(pi.pi_folder)


def test_samples_repeat_and_windows_last_as_long_as_asked(prepared: Prepared, sample: Sample) -> None:
    run = run_on(prepared, sample.job(prepared, SAMPLES + 2, windows=2, window_s=0.05, warmup=3))
    assert run.error is None
    assert len(run.inferences) == SAMPLES + 2
    assert (run.inferences[SAMPLES].output == run.inferences[0].output).all()
    assert [window.index for window in run.windows] == [0, 1]
    assert all(window.seconds >= 0.05 and window.inferences > 0 for window in run.windows)
    assert run.throttled is None  # a computer without vcgencmd cannot tell


def test_telemetry_throttling_and_the_governor(
    prepared: Prepared, pi: Loopback, sample: Sample, tmp_path: Path
) -> None:
    for name, text in {
        "sys/class/thermal/thermal_zone0/temp": "61800\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1500000\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
        "proc/loadavg": "0.52 0.58 0.59 1/467 12345\n",
        "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    pi.program("vcgencmd", "echo throttled=0x50005")
    try:
        run = run_on(prepared, sample.job(prepared, 3, root=str(tmp_path)))
        quiet = run_on(prepared, sample.job(prepared, 3, root=str(tmp_path), telemetry=False))
    finally:
        (pi.folder / "bin" / "vcgencmd").unlink()
    beat = run.beats[0]
    assert (beat.temperature_c, beat.frequency_hz, beat.load) == (61.8, 1.5e9, 0.52)
    assert run.system is not None
    assert (run.system.governor, run.system.model) == ("ondemand", "Raspberry Pi 4 Model B Rev 1.4")
    assert run.throttled is not None
    assert run.throttled.names == ["under-voltage", "throttled"]
    assert quiet.beats[0].temperature_c is None
    assert quiet.throttled == run.throttled


def test_a_frozen_pi_is_noticed(prepared: Prepared, pi: Loopback, sample: Sample) -> None:
    frozen: list[int] = []
    checked: list[int] = []

    def freeze(event: PiEvent) -> None:
        if isinstance(event, Beat) and not frozen:
            frozen.extend(running_under(pi.pi_folder))
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)

    try:
        run = run_on(
            prepared, sample.job(prepared, ENDLESS), freeze, frozen_s=0.8, check=lambda: checked.append(1)
        )
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert run.error is not None
    assert run.error.code == "pi-frozen"
    waited = re.search(r"has said nothing for ([\d.]+) s", run.error.what)
    assert waited is not None
    assert float(waited[1]) >= 0.8
    assert checked
    assert all_gone(pi.pi_folder)


def test_cancelling_ends_the_job_on_the_pi(prepared: Prepared, pi: Loopback, sample: Sample) -> None:
    class StoppedError(Exception):
        pass

    def stop(event: PiEvent) -> None:
        if isinstance(event, PiInference):
            raise StoppedError

    with pytest.raises(StoppedError):
        run_on(prepared, sample.job(prepared, ENDLESS), stop)
    assert all_gone(pi.pi_folder)


def test_an_engine_that_crashes_is_told_by_name(prepared: Prepared, pi: Loopback, sample: Sample) -> None:
    def crash(event: PiEvent) -> None:
        if isinstance(event, PiInference) and event.index == 5:
            for pid in running_under(pi.pi_folder):
                if "work" in psutil.Process(pid).cmdline():
                    os.kill(pid, signal.SIGSEGV)

    run = run_on(prepared, sample.job(prepared, ENDLESS), crash)
    assert run.error is not None
    assert run.error.code == "engine-crashed"
    assert "SIGSEGV" in run.error.what
    assert all_gone(pi.pi_folder)


def test_a_file_that_is_no_model(prepared: Prepared, pi: Loopback, sample: Sample) -> None:
    broken = pi.pi_folder / "models" / "broken.tflite"
    broken.write_bytes(sample.model.read_bytes()[:100])
    run = run_on(prepared, replace(sample.job(prepared, 3), model=str(broken)))
    assert run.error is not None
    assert run.error.code == "engine-failed"
