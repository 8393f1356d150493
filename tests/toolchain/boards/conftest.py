from __future__ import annotations

import pytest

from tests.toolchain.boards.fake_model import NANO, PICO, FakeImage, build_for, build_for_host


@pytest.fixture(scope="session")
def pico_image(tmp_path_factory: pytest.TempPathFactory) -> FakeImage:
    return build_for(PICO, tmp_path_factory.mktemp("pico"))


@pytest.fixture(scope="session")
def nano_image(tmp_path_factory: pytest.TempPathFactory) -> FakeImage:
    return build_for(NANO, tmp_path_factory.mktemp("nano"))


@pytest.fixture(scope="session")
def host_image(tmp_path_factory: pytest.TempPathFactory) -> FakeImage:
    return build_for_host(tmp_path_factory.mktemp("host"))
