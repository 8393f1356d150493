from __future__ import annotations

import pytest

from tests.toolchain.boards.fake_model import FakeImage, build_for_host, build_for_pico


@pytest.fixture(scope="session")
def pico_image(tmp_path_factory: pytest.TempPathFactory) -> FakeImage:
    return build_for_pico(tmp_path_factory.mktemp("pico"))


@pytest.fixture(scope="session")
def host_image(tmp_path_factory: pytest.TempPathFactory) -> FakeImage:
    return build_for_host(tmp_path_factory.mktemp("host"))
