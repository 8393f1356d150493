from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.pi.connection import PiConnection, connect
from core.pi.engines import ENGINES
from tests.toolchain.pi.loopback import SSHD, Loopback

_PYTHON = (3, 11)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.toolchain)
            if SSHD is None:
                item.add_marker(pytest.mark.skip(reason="there is no sshd"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """One server for all tests that do not break it."""
    loopback = Loopback(tmp_path_factory.mktemp("pi"))
    loopback.make_keys()
    loopback.start()
    yield loopback
    loopback.stop()


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, cache and data folders of this test alone."""
    for kind in ("cache", "config", "data"):
        monkeypatch.setattr(f"platformdirs.user_{kind}_dir", lambda *_, kind=kind, **__: str(tmp_path / kind))
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(tmp_path / f"xdg-{kind}"))
    return tmp_path


@pytest.fixture
def pi(server: Loopback, own_folders: Path) -> Iterator[Loopback]:
    """The server with a fresh folder that has every engine's packages, as far as the stamp says."""
    packages = {package for engine in ENGINES.values() for package in engine.packages(_PYTHON)}
    server.set_up(*sorted(packages))
    yield server
    import shutil

    shutil.rmtree(server.pi_folder, ignore_errors=True)


@pytest.fixture
def connection(pi: Loopback) -> Iterator[PiConnection]:
    with connect(pi.address, pi.fingerprint) as made:
        yield made
