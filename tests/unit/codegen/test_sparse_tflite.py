"""TFLite tensors that are stored sparse become the dense ones that they stand for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import CodegenError
from codegen.frontends import load_graph
from codegen.frontends.tflite.sparsity import dense
from tests.unit.codegen.tflite_models import TfliteModel

_DENSE, _COMPRESSED = 0, 1


def _level(size: int) -> Any:
    return SimpleNamespace(format=_DENSE, denseSize=size, arraySegments=None, arrayIndices=None)


def _stored(matrix: np.ndarray, block: int, by_columns: bool) -> tuple[Any, np.ndarray]:
    """Rows (or columns) dense, the other axis compressed, in blocks of `block` along it."""
    turned = matrix.T if by_columns else matrix
    lines, length = turned.shape
    blocks = turned.reshape(lines, length // block, block)
    kept = [np.flatnonzero(line.any(axis=1)) for line in blocks]
    level = SimpleNamespace(
        format=_COMPRESSED,
        denseSize=0,
        arraySegments=SimpleNamespace(values=np.cumsum([0, *(len(k) for k in kept)])),
        arrayIndices=SimpleNamespace(values=np.concatenate(kept)),
    )
    order, values = ([1, 0] if by_columns else [0, 1]), [blocks[n][k].reshape(-1) for n, k in enumerate(kept)]
    levels = [_level(lines), level]
    parameters = SimpleNamespace(traversalOrder=order, blockMap=None, dimMetadata=levels)
    if block > 1:
        parameters.traversalOrder, parameters.blockMap = [*order, 2], [order[1]]
        levels.append(_level(block))
    return parameters, np.concatenate(values)


@given(
    lines=st.integers(1, 6),
    blocks=st.integers(1, 5),
    block=st.sampled_from([1, 2, 4]),
    by_columns=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_what_was_stored_is_read_again(lines, blocks, block, by_columns, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(1, 100, (lines, blocks * block), dtype=np.int8)
    matrix *= np.repeat(rng.random((lines, blocks)) < 0.4, block, axis=1)
    if by_columns:
        matrix = np.ascontiguousarray(matrix.T)
    parameters, values = _stored(matrix, block, by_columns)
    assert np.array_equal(dense(parameters, matrix.shape, values, "w"), matrix)


def test_blocks_of_two_axes():
    """The 4x2 example of the schema's comments: 2x2 blocks, of which the first and the last are there."""
    parameters = SimpleNamespace(
        traversalOrder=[0, 1, 2, 3],
        blockMap=[0, 1],
        dimMetadata=[
            _level(2),
            SimpleNamespace(
                format=_COMPRESSED,
                denseSize=0,
                arraySegments=SimpleNamespace(values=[0, 1, 2]),
                arrayIndices=SimpleNamespace(values=[0, 1]),
            ),
            _level(2),
            _level(2),
        ],
    )
    values = np.arange(1, 9, dtype=np.float32)
    expected = [[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 5, 6], [0, 0, 7, 8]]
    assert dense(parameters, (4, 4), values, "w").tolist() == expected


def _broken(**changes: Any) -> Any:
    parameters, _ = _stored(np.eye(4, dtype=np.int8), 1, by_columns=False)
    level = parameters.dimMetadata[1]
    for name, value in changes.items():
        place = level if hasattr(level, name) else parameters
        setattr(place, name, SimpleNamespace(values=value) if name.startswith("array") else value)
    return parameters


@pytest.mark.parametrize(
    "parameters",
    [
        _broken(arraySegments=[0, 1, 2, 3]),
        _broken(arraySegments=[0, 2, 1, 3, 4]),
        _broken(arraySegments=[0, 1, 2, 3, 9]),
        _broken(arrayIndices=[0, 1, 2, 4]),
        _broken(arrayIndices=[0, 1, 2, -1]),
        _broken(traversalOrder=[0, 0]),
        _broken(traversalOrder=[0, 1, 2]),
        _broken(format=_DENSE, denseSize=2**30),
        _broken(format=_DENSE, denseSize=-1),
    ],
)
def test_parts_that_do_not_fit_are_refused(parameters):
    with pytest.raises((ValueError, IndexError)):
        dense(parameters, (4, 4), np.ones(4, np.int8), "w")


def test_a_tensor_too_large_for_any_board_is_refused_with_its_name():
    with pytest.raises(CodegenError, match="'weights'") as caught:
        dense(_broken(), (2**20, 2**20), np.ones(4, np.int8), "weights")
    assert caught.value.code == "unsupported-size"


def _parameters() -> schema.SparsityParametersT:
    """Rows 0 and 2 of three have the columns 1 and 3."""
    parameters = schema.SparsityParametersT()
    parameters.traversalOrder, parameters.blockMap = [0, 1], []
    rows, columns = schema.DimensionMetadataT(), schema.DimensionMetadataT()
    rows.format, rows.denseSize = _DENSE, 3
    columns.format = _COMPRESSED
    columns.arraySegmentsType = columns.arrayIndicesType = schema.SparseIndexVector.Uint8Vector
    columns.arraySegments, columns.arrayIndices = schema.Uint8VectorT(), schema.Uint8VectorT()
    columns.arraySegments.values, columns.arrayIndices.values = [0, 2, 2, 4], [1, 3, 1, 3]
    parameters.dimMetadata = [rows, columns]
    return parameters


@pytest.mark.parametrize("densified", [False, True])
def test_a_file_with_sparse_weights_is_read(tmp_path, densified):
    """As a weight that is used as it is stored, and behind a DENSIFY, as the converter writes them."""
    model = TfliteModel((1, 4))
    values = np.array([1, 2, 3, 4], np.float32)
    weights = model.sparse((3, 4), values, _parameters(), None)
    if densified:
        weights = model.add("DENSIFY", weights, shape=(3, 4))
    model.add("FULLY_CONNECTED", 0, weights, shape=(1, 3), table="FullyConnectedOptions")
    graph = load_graph(model.write(tmp_path / "m.tflite"))
    (weight,) = graph.constants()
    assert weight.data is not None
    assert weight.data.tolist() == [[0, 1, 0, 2], [0, 0, 0, 0], [0, 3, 0, 4]]
