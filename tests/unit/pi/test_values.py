"""What the runner says, what slows a Pi down, who computed what, and what a Pi must be."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import ThimbleError
from core.pi.connection import SILENCE_S, Answer
from core.pi.engines import ENGINES, find_engine
from core.pi.events import Beat, System, read_event
from core.pi.preparing import RUNNER
from core.pi.run import PiRun
from core.pi.runner.thimble_pi import ENGINES as RUN_THERE
from core.pi.runner.thimble_pi import HANG_S, Patience
from core.pi.setup import survey
from core.pi.setup.armnn import ArmnnSource
from core.pi.setup.checks import Circumstances, check_all, require_fit
from core.pi.setup.environment import remove
from core.pi.setup.survey import PiFacts
from core.pi.setup.wheels import download_arguments
from core.pi.throttling import Throttling, between, throttling_of

_PI4 = PiFacts(
    model="Raspberry Pi 4 Model B Rev 1.4",
    system="Debian GNU/Linux 12 (bookworm)",
    machine="aarch64",
    bits=64,
    python=(3, 11, 2),
    libc=("glibc", "2.36"),
    has_venv=True,
    cores=4,
    governor="ondemand",
)
_GOOD = Circumstances(_PI4, free_bytes=10**9, needed_bytes=10**8)


def test_a_pi_with_64_bits_will_do() -> None:
    require_fit(_GOOD)
    assert [checked.name for checked in check_all(_GOOD)] == ["architecture", "C library", "Python", "disk"]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"machine": "armv7l", "bits": 32}, "pi-32-bit", "32-bit"),
        ({"bits": 32}, "pi-32-bit", "its kernel has 64 bits"),
        ({"libc": ("glibc", "2.24")}, "pi-old-system", "2.28"),
        ({"libc": ("", "")}, "pi-old-system", "unknown"),
        ({"python": (3, 7, 3)}, "pi-old-python", "3.9 or later"),
        ({"has_venv": False}, "pi-no-venv", "virtual environments"),
    ],
)
def test_what_will_not_do_is_told_with_the_reason(change: dict[str, object], code: str, words: str) -> None:
    with pytest.raises(ThimbleError, match=words) as caught:
        require_fit(replace(_GOOD, facts=replace(_PI4, **change)))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.hint


def test_a_disk_that_is_too_small() -> None:
    with pytest.raises(ThimbleError, match="50 MB free, 100 MB needed"):
        require_fit(replace(_GOOD, free_bytes=50_000_000))


@pytest.mark.parametrize(
    ("files", "model"),
    [
        (
            {"device-tree/model": "Raspberry Pi 5 Model B\0", "cpuinfo": "Model\t\t: another\n"},
            "Raspberry Pi 5 Model B",
        ),
        (
            {"cpuinfo": "processor\t: 0\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n"},
            "Raspberry Pi 4 Model B Rev 1.4",
        ),
        ({"cpuinfo": "model\t\t: 85\nmodel name\t: a desktop's\n"}, ""),
    ],
)
def test_what_a_pi_calls_itself(tmp_path: Path, files: dict[str, str], model: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    script = survey.SCRIPT.replace("/proc/", f"{tmp_path}/")
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(said)["model"] == model


def test_throttling_in_words() -> None:
    bits = throttling_of(0x50005)
    assert bits is not None
    assert bits.names == ["under-voltage", "throttled"]
    assert throttling_of(0x50000).names == []  # type: ignore[union-attr]
    assert throttling_of(None) is None


def test_what_began_between_two_looks_counts_although_it_is_over() -> None:
    before, after = Throttling(0x50000), Throttling(0xD0000)
    assert between(before, after).names == ["soft-temperature-limit"]
    assert not between(before, before)
    assert between(Throttling.THROTTLED, Throttling(0)) == Throttling.THROTTLED


def _run(before: int, after: int, *beats: int | None) -> PiRun:
    run = PiRun(system=System(None, None, "3.11.2", Throttling(before)), after=Throttling(after))
    run.beats = [Beat(0.0, throttling=throttling_of(bits)) for bits in beats]
    return run


def test_bits_that_were_set_before_a_run_that_nobody_watched_tell_nothing_of_it() -> None:
    assert _run(0x50000, 0x50000, None).throttled is None
    assert _run(0x50000, 0x50000, 0x50000).throttled == Throttling(0)
    assert _run(0, 0, None).throttled == Throttling(0)
    assert _run(0x50000, 0xD0000, None).throttled == Throttling.SOFT_TEMPERATURE_LIMIT
    assert _run(0x50000, 0x50000, 0x50004).throttled == Throttling.THROTTLED


def test_the_runner_waits_as_long_as_the_inferences_say(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    patience = Patience({"hang_s": 60.0, "warmup": 4, "windows": 2, "window_s": 10.0})
    now_s += 59.0
    assert not patience.ended()
    patience.heard()  # loaded
    now_s += 2.0
    patience.heard()  # the first inference; then those that warm up, and windows
    assert patience.limit_s() == 20 * 5 * 2.0 + 10.0
    now_s += 209.0
    assert not patience.ended()
    now_s += 2.0
    assert patience.ended()
    quick = Patience({"hang_s": 60.0, "window_s": 10.0})
    quick.heard()
    quick.heard()
    assert quick.limit_s() == 6.0
    assert Patience({"hang_s": None}).limit_s() == HANG_S


def test_lines_that_are_no_events() -> None:
    assert read_event('{"event": "beat", "at_s": 1.5}') == Beat(1.5)
    for line in ("Welcome to the Pi!", "", "[]", '"beat"', '{"event": "party"}', '{"event": "beat"}', "{}"):
        with pytest.raises(ValueError, match=r"not an event|Expecting"):
            read_event(line)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.id)
def test_every_engine(engine: object) -> None:
    engine = find_engine(engine.id)  # type: ignore[attr-defined]
    for minor in range(9, 15):
        assert all(" " not in package for package in engine.packages((3, minor)))
    assert engine.disk_bytes > 10**8
    assert engine.delegate == (engine.fallback is not None)
    assert engine.fallback is None or not find_engine(engine.fallback).delegate
    assert engine.id in RUN_THERE


def test_an_engine_that_is_none() -> None:
    with pytest.raises(ThimbleError, match="there is no engine 'tpu'"):
        find_engine("tpu")


def test_the_runner_stands_alone_and_an_old_python_reads_it() -> None:
    import ast

    tree = ast.parse(RUNNER.read_text(), feature_version=(3, 9))
    ours = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "core"]
    assert not ours
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))


def test_an_archive_from_the_network_needs_a_checksum() -> None:
    with pytest.raises(ThimbleError) as caught:
        ArmnnSource(archive="https://example.org/armnn.tar.gz")
    assert caught.value.code == "no-checksum"
    assert ArmnnSource(archive="armnn.tar.gz").sha256 is None


def test_wheels_are_asked_for_the_pi_and_not_for_this_computer(tmp_path: object) -> None:
    arguments = download_arguments(("numpy",), _PI4, tmp_path)  # type: ignore[arg-type]
    assert "manylinux_2_28_aarch64" in arguments
    assert arguments[arguments.index("--python-version") + 1] == "3.11"
    assert arguments[-1] == "numpy"


def test_removing_waits_for_a_large_installation_on_a_slow_card() -> None:
    waits: list[float] = []

    def stream(command: str, on_line: object, timeout_s: float) -> Answer:
        waits.append(timeout_s)
        return Answer(0, "2500000 /home/ada/.thimble", "")

    connection = SimpleNamespace(stream=stream)
    folder = SimpleNamespace(connection=connection, quoted=lambda: "'.thimble'", remove_all=lambda: None)
    assert remove(folder) == 2_560_000_000  # type: ignore[arg-type]
    assert waits[0] > 10 * SILENCE_S
