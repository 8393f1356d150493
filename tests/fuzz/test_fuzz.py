"""A few hundred damaged files of each format; `python -m tests.fuzz` runs as many as you like."""

from __future__ import annotations

import pytest

from tests.fuzz.harness import fuzz
from tests.fuzz.seeds import SEEDS


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_damaged_files_end_in_clear_errors(tmp_path, name):
    ends = fuzz(name, 300, 0, tmp_path)
    assert ends["broken-file"] > 30
    assert sum(ends.values()) == 300
