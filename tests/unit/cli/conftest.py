from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Raises ValueError when stdout is anything but one JSON value."""
        return json.loads(self.out)


Thimble = Callable[..., Ended]


@pytest.fixture
def thimble(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Thimble:
    """Runs a command in this process, with a cache folder of its own."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))

    def run(*arguments: object) -> Ended:
        status = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ended(int(status), printed.out, printed.err)

    return run
