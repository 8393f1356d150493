import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from codegen.sparse import FORMATS
from codegen.sparse.base import encoded_bytes


def test_the_published_example():
    rows = np.array([[10, 0, 0, 0, 1], [0, 7, 0, 2, 0], [0, 0, 8, 0, 0], [14, 0, 0, 0, 6]], dtype=np.int8)
    values, columns, row_pointers = FORMATS["crs16"].encode(rows)
    assert values.data.tolist() == [10, 1, 7, 2, 8, 14, 6]
    assert columns.data.tolist() == [0, 4, 1, 3, 2, 0, 4]
    assert row_pointers.data.tolist() == [0, 2, 4, 5, 7]


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@given(data=st.data())
def test_every_format_round_trips(form, data):
    shape = data.draw(array_shapes(min_dims=2, max_dims=2, max_side=20))
    weights = data.draw(arrays(np.int8, shape, elements=st.sampled_from([0, 0, 0, -128, -1, 5, 127])))
    assert np.array_equal(form.decode(form.encode(weights), shape), weights)


def test_8_bit_columns_reach_256_and_no_further():
    assert FORMATS["crs8"].supports(np.zeros((1, 256), np.int8))
    assert not FORMATS["crs8"].supports(np.zeros((1, 257), np.int8))


def test_at_95_percent_zeros_crs8_takes_a_tenth_of_dense():
    weights = np.zeros((256, 200), np.int8)
    weights[:, :10] = 1
    rows = 4 * 257
    assert encoded_bytes(FORMATS["crs8"], weights) - rows == weights.size // 10
