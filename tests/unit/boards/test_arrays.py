"""Outputs go into the kind of file that is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.boards.arrays import read_samples, write_outputs
from core.errors import ThimbleError
from tests.unit.codegen.networks import Builder


def test_a_single_output_goes_into_an_npz_by_its_name(tmp_path):
    graph = Builder((4,)).dense(3).graph()
    given = np.arange(6, dtype=np.int8).reshape(2, 3)
    write_outputs(tmp_path / "y.npy", given, graph)
    write_outputs(tmp_path / "y.npz", given, graph)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), given)
    with np.load(tmp_path / "y.npz") as arrays:
        assert arrays.files == list(graph.outputs)
        np.testing.assert_array_equal(arrays[graph.outputs[0]], given)


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"", b"PK\x03\x04 half a zip", b"\x93NUMPY\x01\x00half"])
def test_a_file_of_another_kind_is_told_in_our_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ts.csv"
    path.write_bytes(content)
    with pytest.raises(ThimbleError) as caught:
        read_samples(path, Builder((4,)).dense(3).graph())
    assert caught.value.code == "bad-input"
    assert "pickle" not in caught.value.what
    assert "numpy.save" in caught.value.hint


def test_a_folder_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError, match="cannot be read") as caught:
        read_samples(tmp_path, Builder((4,)).dense(3).graph())
    assert "pickle" not in caught.value.what
