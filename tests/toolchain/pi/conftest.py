from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.pi.connection import PiConnection, connect
from core.pi.engines import ENGINES, find_engine
from core.pi.preparing import Prepared, prepare
from tests.toolchain.pi.delegate import GCC, Build, build_delegate
from tests.toolchain.pi.loopback import SSHD, Loopback
from tests.toolchain.pi.samples import Sample, nobody_listens, sample_model

_PYTHON = (3, 11)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.toolchain)
            if SSHD is None:
                item.add_marker(pytest.mark.skip(reason="there is no sshd"))


def folders_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, cache and data of the program and of the workers that it starts."""
    for kind in ("cache", "config", "data"):
        path = str(folder / kind / "thimble")
        monkeypatch.setattr(f"platformdirs.user_{kind}_dir", lambda *_, path=path, **__: path)
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(folder / kind))


@pytest.fixture(scope="session", autouse=True)
def shared_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        folders_in(tmp_path_factory.mktemp("folders"), monkeypatch)
        yield


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that must find nothing there."""
    folders_in(tmp_path / "folders", monkeypatch)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """One server for all tests that do not break it."""
    loopback = Loopback(tmp_path_factory.mktemp("pi"))
    loopback.make_keys()
    loopback.start()
    yield loopback
    loopback.stop()


@pytest.fixture(scope="session")
def pi(server: Loopback) -> Loopback:
    """The server with a folder that has every engine's packages, as far as the stamp says."""
    packages = {package for engine in ENGINES.values() for package in engine.packages(_PYTHON)}
    server.set_up(*sorted(packages))
    return server


@pytest.fixture
def connection(pi: Loopback) -> Iterator[PiConnection]:
    """One of its own, for what may break it."""
    with connect(pi.address, pi.fingerprint) as made:
        yield made


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return sample_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def prepared(pi: Loopback, sample: Sample) -> Iterator[Prepared]:
    """Connected, with the model and its samples there; for tests that leave the connection as it is."""

    def open_connection() -> PiConnection:
        return connect(pi.address, pi.fingerprint)

    made = prepare(
        open_connection, find_engine("xnnpack"), sample.model, sample.files, nobody_listens, nobody_listens
    )
    with made.connection:
        yield made


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compiles the delegate with some of its faults."""
    if GCC is None:
        pytest.skip("there is no gcc")

    def built(*faults: str) -> Path:
        return build_delegate(tmp_path_factory.mktemp("delegate"), (GCC,), *faults)

    return built


@pytest.fixture
def no_armnn(pi: Loopback) -> Iterator[None]:
    """Nothing of it before and after."""
    folder = pi.pi_folder / "armnn"
    shutil.rmtree(folder, ignore_errors=True)
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_pi_folder(server: Loopback) -> Iterator[Path]:
    """Another folder of the same Pi, with nothing in it."""
    folder = server.folder / "empty" / "thimble"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
