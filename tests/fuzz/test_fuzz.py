"""A few hundred damaged files of each format; `python -m tests.fuzz` runs as many as you like."""

from __future__ import annotations

import signal

import pytest

from codegen.frontends import load_graph
from tests.fuzz.batches import fuzz_apart
from tests.fuzz.harness import FaultFoundError
from tests.fuzz.seeds import SEEDS


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="hangs are noticed with a POSIX signal")
@pytest.mark.parametrize("name", sorted(SEEDS))
def test_damaged_files_end_in_clear_errors(name):
    ends = fuzz_apart(name, 300, 0)
    assert ends["broken-file"] > 30
    assert ends["no error"] > 30, "what is refused at the door finds nothing behind it"
    assert sum(ends.values()) == 300


def test_the_seeds_are_whole(tmp_path):
    """Damage to what is refused from the start would find nothing."""
    for name, seeds in SEEDS.items():
        path = tmp_path / f"model.{name}"
        for content in seeds():
            path.write_bytes(content)
            assert load_graph(path).ops


def test_a_process_that_hangs_is_a_fault(monkeypatch):
    monkeypatch.setattr("tests.fuzz.batches._BATCH_SECONDS", 0.01)
    with pytest.raises(FaultFoundError, match="ended after") as caught:
        fuzz_apart("tflite", 1, 5)
    assert caught.value.seed == 5
    assert caught.value.content
