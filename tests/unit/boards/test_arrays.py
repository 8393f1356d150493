"""Outputs go into the kind of file that is named."""

from __future__ import annotations

import numpy as np

from core.boards.arrays import write_outputs
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
