"""Tables on terminals and in files: words and numbers stay whole."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from core.cli.tables import Fitted, Sheet

_NETWORK, _NOTE = "SimpleNetSlim", "a sentence that may well go over several lines when there is little room"
_ROWS = [[_NETWORK, _NOTE, "98.80 ± 0.12 %", "1,234,567"], ["x", "", "1 %", "2"]]
_TABLE = Fitted("Sizes", ("network", "about", "accuracy", "with optimizer state"), _ROWS, text=(0, 1))


def _drawn(width: int, terminal: bool = True) -> str:
    kind = Console if terminal else Sheet
    file = io.StringIO()
    kind(file=file, width=width, force_terminal=terminal, color_system=None, markup=False).print(_TABLE)
    return file.getvalue()


@pytest.mark.parametrize("width", [70, 100, 300])
def test_words_and_numbers_are_not_broken(width: int) -> None:
    drawn = _drawn(width)
    assert all(part in drawn for part in (_NETWORK, "98.80 ± 0.12 %", "1,234,567", "optimizer"))
    assert max(map(len, drawn.splitlines())) <= width
    assert (_NOTE in drawn) == (width == 300)


def test_columns_without_room_are_named() -> None:
    drawn = _drawn(50)
    assert "98.80 ± 0.12 %" in drawn
    assert "1,234,567" not in drawn
    assert "with optimizer state" in " ".join(drawn.split())


def test_files_are_as_wide_as_the_table() -> None:
    drawn = _drawn(20, terminal=False)
    assert all(part in drawn for part in (_NETWORK, "98.80 ± 0.12 %", "1,234,567"))


def test_a_table_without_rows() -> None:
    file = io.StringIO()
    Sheet(file=file, width=60).print(Fitted("Nothing", ("a", "b"), [], text=(0,)))
    assert "Nothing" in file.getvalue()
