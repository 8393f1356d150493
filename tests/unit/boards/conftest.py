"""Fake boards on USB, and settings that are nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.boards.pretended_usb import PRETEND
from tests.fake_usb.hub import FakeUsb


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings folder."""
    folder = tmp_path / "settings"
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(folder))
    return folder


@pytest.fixture
def plugged(tmp_path: Path, settings: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeUsb]:
    """What is plugged in, in place of this computer's own ports and drives."""
    with FakeUsb(tmp_path / "usb") as usb:
        monkeypatch.setenv(PRETEND, str(usb.file))
        yield usb
