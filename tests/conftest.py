"""The hardware tier is opt-in: its tests run only with ``--board ID`` (and ``--port``) or ``--pi HOST``."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.pi.address import PiAddress, parse_address

# No test may depend on how fast the machine is.
settings.register_profile("thimble", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("thimble")


#: Marker to the option without which its tests are left out.
_OPT_IN = {"hardware": "--board", "pi": "--pi"}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hardware")
    group.addoption("--board", default=None, help="run the hardware tests on this board, for example pico")
    group.addoption("--port", default=None, help="serial port of that board")
    group.addoption("--pi", default=None, metavar="HOST[:PORT]", help="run the tests of a Raspberry Pi there")
    group.addoption("--pi-user", default="pi", help="user on it")
    group.addoption("--pi-key", default=None, metavar="FILE", help="private SSH key for it")
    group.addoption("--pi-armnn", default=None, metavar="PATH", help="the real libarmnnDelegate.so on it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for marker, option in _OPT_IN.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if marked and config.getoption(option) is None:
            config.hook.pytest_deselected(items=marked)
            items[:] = [item for item in items if item not in marked]


@pytest.fixture
def hardware_board(request: pytest.FixtureRequest) -> str:
    """The id of the board that is plugged in."""
    board: str = request.config.getoption("--board")
    return board


@pytest.fixture
def hardware_port(request: pytest.FixtureRequest) -> str | None:
    """The serial port given with ``--port``; None: look for the board."""
    port: str | None = request.config.getoption("--port")
    return port


@pytest.fixture
def pi_address(request: pytest.FixtureRequest) -> PiAddress:
    """The Pi given with ``--pi``."""
    option, key = request.config.getoption, request.config.getoption("--pi-key")
    return parse_address(option("--pi"), option("--pi-user"), None if key is None else Path(key))
