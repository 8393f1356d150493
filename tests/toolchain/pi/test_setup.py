"""Setting a Pi up from a folder of wheels, again, further, and away; with wheels that hold almost nothing."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.pi.connection import PiConnection, connect
from core.pi.engines import find_engine
from core.pi.setup.environment import remove, set_up
from core.pi.setup.survey import survey
from core.pi.upload import RemoteFolder
from tests.toolchain.pi.loopback import Loopback, all_gone
from tests.toolchain.pi.samples import nobody_listens


def _wheel(folder: Path, name: str, version: str) -> None:
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}.py", f"there = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        tag = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tag)
        wheel.writestr(
            f"{info}/RECORD", f"{module}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
        )


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, version in (("ai-edge-litert", "2.3.0"), ("numpy", "2.4.6"), ("pillow", "13.0.0")):
        _wheel(folder, name, version)
    return folder


@pytest.fixture
def bare(pi: Loopback, empty_pi_folder: Path) -> Iterator[PiConnection]:
    with connect(replace(pi.address, folder=str(empty_pi_folder)), pi.fingerprint) as made:
        yield made


def test_set_up_again_further_and_away(bare: PiConnection, empty_pi_folder: Path, wheels: Path) -> None:
    folder, engine = RemoteFolder(bare), find_engine("xnnpack")
    folder.make_folders(["venv/bin/python"])
    half_made = empty_pi_folder / "venv" / "bin" / "python"
    half_made.write_text("cut off")
    said: list[tuple[float, str]] = []
    ready = set_up(folder, engine, lambda part, text: said.append((part, text)), wheels)
    assert not ready.already
    assert any("Sending wheels" in text for _, text in said)
    told = bare.run(f"{ready.python} -c 'import ai_edge_litert, numpy; print(ai_edge_litert.there)'")
    assert told.stdout == "2.3.0\n"
    assert not (empty_pi_folder / "wheels").exists()

    said.clear()
    assert set_up(folder, engine, lambda part, text: said.append((part, text)), wheels).already
    assert [text for _, text in said] == ["Looking at the Pi"]
    assert set_up(folder, find_engine("tflite"), nobody_listens).already

    with pytest.raises(ThimbleError, match="onnxruntime") as caught:
        set_up(folder, find_engine("onnxruntime"), nobody_listens, wheels)
    assert caught.value.code == "pi-install-failed"
    assert set_up(folder, engine, nobody_listens).already
    _wheel(wheels, "onnxruntime", "1.31.1")
    assert not set_up(folder, find_engine("onnxruntime"), nobody_listens, wheels).already
    assert set_up(folder, find_engine("onnxruntime"), nobody_listens).already

    assert remove(folder) > 1_000_000
    assert not empty_pi_folder.exists()
    assert remove(folder) == 0


def test_a_set_up_that_is_cancelled_leaves_nothing_running(
    bare: PiConnection, pi: Loopback, empty_pi_folder: Path, wheels: Path
) -> None:
    class StoppedError(Exception):
        pass

    def stop(part: float, text: str) -> None:
        if text == "at work":
            raise StoppedError

    wrapper = pi.folder / "bin" / "python3"
    before = wrapper.read_text()
    pi.program(
        "python3",
        f'[ "$2" = venv ] && {{ echo at work; exec sh -c "sleep 600; :" {empty_pi_folder}; }}\n{before}',
    )
    try:
        with pytest.raises(StoppedError):
            set_up(RemoteFolder(bare), find_engine("xnnpack"), stop, wheels)
        assert all_gone(empty_pi_folder)
    finally:
        wrapper.write_text(before)


_PIP_THERE = """
echo "$@" >> {log}
case "$*" in
    *" download "*) exit 99;;
    *--no-index*|*--version*) exit 0;;
    *) [ -e {network} ] && exit 0; echo "WARNING: Failed to establish a new connection"; exit 1;;
esac
"""
_PIP_HERE = """
[ -e {network} ] || {{ echo "ERROR: no network here either" >&2; exit 1; }}
while [ "$1" != --dest ]; do shift; done
mkdir -p "$2" && cp {wheels}/*.whl "$2"
"""


@pytest.fixture
def pips(
    pi: Loopback, empty_pi_folder: Path, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Stand-ins for pip on the Pi and here, each with a network while a file of this folder is there (`pi`,
    `here`); what the Pi's was asked for is in the file `log`."""
    pip_there, wrapper = tmp_path / "there.sh", pi.folder / "bin" / "python3"
    there = _PIP_THERE.format(log=tmp_path / "log", network=tmp_path / "pi")
    pip_there.write_text(f"#!/bin/sh{there}")
    pip_there.chmod(0o755)
    here = tmp_path / "here.sh"
    here.write_text("#!/bin/sh" + _PIP_HERE.format(network=tmp_path / "here", wheels=wheels))
    here.chmod(0o755)
    before = wrapper.read_text()
    bin_folder = empty_pi_folder / "venv" / "bin"
    make = f"mkdir -p {bin_folder} && exec cp {pip_there} {bin_folder}/python"
    pi.program("python3", f'[ "$2" = venv ] && {{ {make}; }}\n{before}')
    monkeypatch.setattr(sys, "executable", str(here))
    yield tmp_path
    wrapper.write_text(before)


@pytest.mark.usefixtures("own_folders")
def test_packages_come_over_the_pis_network_or_through_this_computer(bare: PiConnection, pips: Path) -> None:
    folder, engine = RemoteFolder(bare), find_engine("xnnpack")
    said: list[str] = []
    with pytest.raises(ThimbleError, match="no network here either") as caught:
        set_up(folder, engine, lambda part, text: said.append(text))
    assert (caught.value.code, "--wheels" in caught.value.hint) == ("no-wheels", True)

    (pips / "here").touch()
    assert not set_up(folder, engine, lambda part, text: said.append(text)).already
    assert "The Pi has no network: fetching the packages here" in said
    assert any(text.startswith("Sending wheels") for text in said)
    asked = (pips / "log").read_text().splitlines()
    assert "--no-index --find-links" in asked[-1]
    assert set_up(folder, engine, nobody_listens).already

    (pips / "pi").touch()
    said.clear()
    assert not set_up(folder, find_engine("onnxruntime"), lambda part, text: said.append(text)).already
    assert any(text.startswith("Installing onnxruntime") for text in said)
    assert not any("Sending" in text for text in said)
    last = (pips / "log").read_text().splitlines()[-1]
    assert "install --progress-bar off --only-binary :all:" in last
    assert "onnxruntime" in last


def test_a_folder_without_wheels(bare: PiConnection, tmp_path: Path, pi: Loopback) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ThimbleError) as caught:
        set_up(RemoteFolder(bare), find_engine("xnnpack"), nobody_listens, tmp_path / "nothing")
    assert caught.value.code == "no-wheels"


def test_a_large_engine_is_told_before_it_is_installed(bare: PiConnection, tmp_path: Path) -> None:
    said: list[str] = []
    large = replace(find_engine("xnnpack"), opt_in=True)
    with pytest.raises(ThimbleError, match="there are no wheels"):
        set_up(RemoteFolder(bare), large, lambda part, text: said.append(text), tmp_path)
    assert "TFLite with XNNPACK is a large installation, 0.2 GB: many minutes" in said


def test_a_pi_with_32_bits_is_refused_before_anything_is_done(
    bare: PiConnection, pi: Loopback, empty_pi_folder: Path
) -> None:
    wrapper = pi.folder / "bin" / "python3"
    before = wrapper.read_text()
    told = (
        '{"model": "Raspberry Pi 3", "system": "Raspbian", "machine": "armv7l", "bits": 32,'
        ' "python": [3, 11, 2], "libc": ["glibc", "2.36"], "has_venv": true, "cores": 4, "governor": ""}'
    )
    pi.program("python3", f"echo '{told}'")
    try:
        assert survey(bare).title == "Raspberry Pi 3"
        with pytest.raises(ThimbleError, match="32-bit") as caught:
            set_up(RemoteFolder(bare), find_engine("xnnpack"), nobody_listens)
        assert caught.value.code == "pi-32-bit"
        pi.program("python3", "exit 127")
        with pytest.raises(ThimbleError) as caught:
            survey(bare)
        assert caught.value.code == "pi-no-python"
        pi.program("python3", "echo Welcome to your Pi")
        with pytest.raises(ThimbleError, match=r"Welcome") as caught:
            survey(bare)
        assert ".bashrc" in caught.value.hint
    finally:
        wrapper.write_text(before)
    assert not empty_pi_folder.exists()


def test_only_a_folder_of_thimbles_own_is_removed(pi: Loopback, server: Loopback) -> None:
    home = server.folder / "home"
    (home / "thimble").mkdir(parents=True)
    (home / "thimble" / "thesis.txt").write_text("years of work")
    with connect(replace(pi.address, folder=str(home)), pi.fingerprint) as connection:
        folder = RemoteFolder(connection)
        assert folder.path == str(home / "thimble")
        folder.write("environment.json", b"{}")
        with pytest.raises(ThimbleError) as caught:
            remove(folder)
        assert caught.value.code == "not-ours"
    assert (home / "thimble" / "thesis.txt").read_text() == "years of work"
    with connect(replace(pi.address, folder=str(home / "disk"))) as connection:
        RemoteFolder(connection).write("environment.json", b"{}")
        assert (home / "disk" / "thimble" / "environment.json").is_file()
        remove(RemoteFolder(connection))
    assert (home / "disk").is_dir()
    assert not (home / "disk" / "thimble").exists()


def test_free_space_is_that_of_the_disk_that_the_folder_will_be_on(pi: Loopback) -> None:
    with connect(replace(pi.address, folder="/dev/shm/not/there/yet"), pi.fingerprint) as connection:
        disk = shutil.disk_usage("/dev/shm")
        assert abs(RemoteFolder(connection).free_bytes() - disk.free) < 0.1 * disk.total
