import numpy as np
import pytest
from hypothesis import given, settings
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


@pytest.mark.parametrize("dtype", [np.int8, np.float32])
@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_every_format_round_trips(form, dtype, data):
    rows, columns = data.draw(array_shapes(min_dims=2, max_dims=2, max_side=40))
    values = data.draw(st.sampled_from([[0, 0, 0, -128, -1, 5, 127], [-3, 7], [0]]))
    weights = data.draw(arrays(np.int8, (rows, columns), elements=st.sampled_from(values))).astype(dtype)
    if not form.supports(weights):
        assert len(np.unique(weights)) > form.entries, "only a codebook may refuse rows as short as these"
        return
    decoded = form.decode(form.encode(weights), weights.shape)
    assert decoded.dtype == dtype
    assert np.array_equal(decoded, weights)


@pytest.mark.parametrize("name", ["delta4", "delta8", "crs16"])
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_long_gaps_round_trip(name, data):
    columns = data.draw(st.integers(1, 3000))
    weights = np.zeros((3, columns), np.int8)
    for row in weights:
        row[data.draw(st.lists(st.integers(0, columns - 1), max_size=5))] = -7
    assert np.array_equal(FORMATS[name].decode(FORMATS[name].encode(weights), weights.shape), weights)


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_a_codebook_a_row_round_trips_and_says_what_it_cannot_do(data):
    bits = data.draw(st.sampled_from([1, 2, 4]))
    form = FORMATS[f"codebook{bits}"]
    shape = data.draw(array_shapes(min_dims=2, max_dims=2, max_side=30))
    tables = data.draw(arrays(np.int8, (shape[0], form.entries)))
    picks = data.draw(arrays(np.int64, shape, elements=st.integers(0, form.entries - 1)))
    weights = np.take_along_axis(tables, picks, axis=1)
    assert form.supports(weights)
    assert np.array_equal(form.decode(form.encode(weights), shape), weights)
    assert not form.supports(np.arange(form.entries + 1, dtype=np.int8)[None, :])


def test_8_bit_columns_reach_256_and_no_further():
    assert FORMATS["crs8"].supports(np.zeros((1, 256), np.int8))
    assert not FORMATS["crs8"].supports(np.zeros((1, 257), np.int8))


def random_weights(zeros: float, dtype=np.int8) -> np.ndarray:
    """``[200, 256]`` with exactly this part of zeros, spread evenly at random."""
    rng = np.random.default_rng(0)
    weights = np.ones(200 * 256, dtype)
    weights[rng.permutation(weights.size)[: round(zeros * weights.size)]] = 0
    return weights.reshape(200, 256)


@pytest.mark.parametrize(
    ("name", "zeros", "bytes_a_weight"),
    [
        ("crs16", 0.50, 1.50), ("bitmask", 0.50, 0.625),
        ("crs8", 0.80, 0.40), ("bitmask", 0.80, 0.325), ("delta4", 0.80, 0.31),
        ("crs8", 0.95, 0.10), ("bitmask", 0.95, 0.175), ("delta8", 0.95, 0.10),
        ("codebook4", 0.50, 0.50), ("codebook2", 0.50, 0.25), ("codebook1", 0.50, 0.125),
    ],
)  # fmt: skip
def test_bytes_for_an_int8_weight(name, zeros, bytes_a_weight):
    """Beside what is counted once a row."""
    weights = random_weights(zeros)
    per_row = {"row_pointers", "counts", "codebook"}
    stored = sum(a.size_bytes for a in FORMATS[name].encode(weights) if a.role not in per_row)
    assert stored / weights.size == pytest.approx(bytes_a_weight, abs=0.005)


def test_a_table_for_all_rows_where_one_is_enough():
    weights = np.tile(np.arange(16, dtype=np.int8), (5, 3))
    assert encoded_bytes(FORMATS["codebook4"], weights) == 5 * 24 + 16
    weights += 3 * np.arange(5, dtype=np.int8)[:, None]
    assert encoded_bytes(FORMATS["codebook4"], weights) == 5 * 24 + 5 * 16
