"""A real Raspberry Pi, or the arm64 root of `tests/arm64`, from the command line to the result.

``run.py test tests/hardware --pi HOST[:PORT] [--pi-user U] [--pi-key FILE] [--pi-armnn PATH]``; its host key
is taken as it is, what is installed there stays.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli import main
from core.pi.address import PiAddress
from core.pi.connection import connect, host_key
from core.pi.upload import RemoteFolder, Upload
from tests.toolchain.pi.conftest import folders_in
from tests.toolchain.pi.delegate import DELEGATE, build_delegate
from tests.toolchain.pi.samples import Sample, sample_model

pytestmark = pytest.mark.pi

Json = dict[str, Any]
_RUNS = 4
_FOLDER = "test-delegate"
#: The oldest C library that the engines need.
_ZIG = (sys.executable, "-m", "ziglang", "cc", "-target", "aarch64-linux-gnu.2.28")


@dataclass(frozen=True)
class RealPi:
    """`tell` runs a command on it and gives what it tells."""

    address: PiAddress
    fingerprint: str
    capsys: pytest.CaptureFixture[str]

    def tell(self, *arguments: str) -> Json:
        host, key = f"{self.address.host}:{self.address.port}", self.address.key_file
        options = ["--host", host, "--user", self.address.user, "--accept-host-key", self.fingerprint]
        options += [] if key is None else ["--key", str(key)]
        assert main([*arguments, *options, "--json"]) == 0
        told: Json = json.loads(self.capsys.readouterr().out)
        return told


@pytest.fixture(scope="module", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        folders_in(tmp_path_factory.mktemp("folders"), monkeypatch)
        yield


@pytest.fixture
def real_pi(pi_address: PiAddress, capsys: pytest.CaptureFixture[str]) -> RealPi:
    return RealPi(pi_address, host_key(pi_address).fingerprint, capsys)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return sample_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def remote(real_pi: RealPi) -> Iterator[RemoteFolder]:
    """Thimble's folder on it; which Arm NN somebody uses there is put back."""
    with connect(real_pi.address, real_pi.fingerprint) as connection:
        folder = RemoteFolder(connection)
        kept = folder.read("armnn/library")
        yield folder
        folder.remove(_FOLDER, "armnn/library")
        if kept is not None:
            folder.write("armnn/library", kept)


def test_it_is_set_up_and_will_do(real_pi: RealPi) -> None:
    assert real_pi.tell("pi", "setup")["facts"]["machine"] == "aarch64"
    assert real_pi.tell("pi", "setup")["already"]
    checked = real_pi.tell("pi", "check")
    assert checked["fits"]
    assert "Raspberry Pi" in checked["title"]


@pytest.mark.parametrize("engine", ["xnnpack", "tflite"])
def test_a_measurement(real_pi: RealPi, sample: Sample, engine: str) -> None:
    asked = ("bench", str(sample.model), "--board", "pi", "--engine", engine, "--runs", str(_RUNS))
    told = real_pi.tell(*asked, "--warmup", "1")
    print(json.dumps({name: told[name] for name in ("first_s", "mean_s", "std_s", "facts", "partition")}))
    assert (told["engine"], told["runs"], told["warmup"]) == (engine, _RUNS, 1)
    assert told["verified"]
    assert told["telemetry"]


def test_run(real_pi: RealPi, sample: Sample, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", sample.files.x)
    files = ("--input", str(tmp_path / "x.npy"), "--output", str(tmp_path / "y.npy"))
    real_pi.tell("run", str(sample.model), "--board", "pi", "--engine", "tflite", *files)
    given = np.load(tmp_path / "y.npy").astype(int)
    assert np.abs(given - sample.question.reference.astype(int)).max() <= 1


@pytest.mark.parametrize(("faults", "engine"), [((), "armnn"), (("CRASHES",), "xnnpack")])
def test_an_external_delegate(
    real_pi: RealPi,
    remote: RemoteFolder,
    sample: Sample,
    tmp_path: Path,
    faults: tuple[str, ...],
    engine: str,
) -> None:
    """Not Arm NN, but its interface, compiled for the Pi."""
    remote.send([Upload(build_delegate(tmp_path, _ZIG, *faults), f"{_FOLDER}/{DELEGATE}")], lambda *_: None)
    named = ("--engine", "armnn", "--armnn-library", remote.at(_FOLDER, DELEGATE))
    told = real_pi.tell("bench", str(sample.model), "--board", "pi", *named, "--runs", str(_RUNS))
    assert (told["engine"], told["asked_engine"]) == (engine, "armnn")
    assert (told["instead"] is None) == (engine == "armnn")
    assert told["verified"]
    if engine == "armnn":
        partition = told["partition"]
        assert (partition["parts"], partition["delegated"], partition["operators"]) == (1, 1, 2)


@pytest.mark.parametrize("backend", ["CpuAcc", "CpuRef"])
def test_the_real_arm_nn(
    real_pi: RealPi, remote: RemoteFolder, sample: Sample, request: pytest.FixtureRequest, backend: str
) -> None:
    library = request.config.getoption("--pi-armnn")
    if library is None:
        pytest.skip("no --pi-armnn names the library on the Pi")
    named = ("--engine", "armnn", "--armnn-library", library, "--armnn-backend", backend)
    told = real_pi.tell("bench", str(sample.model), "--board", "pi", *named, "--runs", str(_RUNS))
    print(json.dumps({name: told[name] for name in ("engine", "instead", "partition", "delegate", "mean_s")}))
    assert (told["engine"], told["instead"]) == ("armnn", None)
    assert told["partition"]["delegated"] > 0
    assert told["verified"]
