"""A few hundred damaged files of each format; `python -m tests.fuzz` runs as many as you like."""

from __future__ import annotations

import signal

import pytest

from codegen.frontends import load_graph
from tests.fuzz.harness import fuzz
from tests.fuzz.seeds import SEEDS


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="hangs are noticed with a POSIX signal")
@pytest.mark.parametrize("name", sorted(SEEDS))
def test_damaged_files_end_in_clear_errors(tmp_path, name):
    ends = fuzz(name, 300, 0, tmp_path)
    assert ends["broken-file"] > 30
    assert sum(ends.values()) == 300


def test_the_tflite_seeds_are_whole(tmp_path):
    """Damage to what is refused from the start would find nothing."""
    path = tmp_path / "model.tflite"
    for content in SEEDS["tflite"]():
        path.write_bytes(content)
        assert load_graph(path).ops
