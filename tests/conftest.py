"""The hardware tier is opt-in: its tests run only with ``--board ID`` (and ``--port``)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# No test may depend on how fast the machine is.
settings.register_profile("thimble", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("thimble")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hardware")
    group.addoption("--board", default=None, help="run the hardware tests on this board, for example pico")
    group.addoption("--port", default=None, help="serial port of that board")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--board") is not None:
        return
    hardware = [item for item in items if item.get_closest_marker("hardware")]
    if hardware:
        config.hook.pytest_deselected(items=hardware)
        items[:] = [item for item in items if item not in hardware]


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
