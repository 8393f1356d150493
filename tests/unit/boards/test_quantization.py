from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.graph import DType, Quantization, Tensor
from core.boards.quantization import quantize, to_model_input
from core.errors import ThimbleError

INT8 = np.dtype(np.int8)


def tensor(dtype: DType = DType.INT8, scale: float = 0.5, zero_point: int = 0) -> Tensor:
    quantization = None if dtype is DType.FLOAT32 else Quantization((scale,), (zero_point,))
    return Tensor("x", (1, 2, 2, 1), dtype, quantization)


def test_halves_round_away_from_zero() -> None:
    x = np.array([0.25, -0.25, 0.75, -0.75, 0.2, -0.2], np.float32)
    assert quantize(x, Quantization((0.5,), (0,)), INT8).tolist() == [1, -1, 2, -2, 0, 0]


def test_just_below_a_half_rounds_down() -> None:
    x = np.array([0.49999997, -0.49999997], np.float32)
    assert quantize(x, Quantization((1.0,), (3,)), INT8).tolist() == [3, 3]


def test_what_is_out_of_range_is_clamped() -> None:
    x = np.array([1e9, -1e9, 3e38], np.float32)
    assert quantize(x, Quantization((0.5,), (-128,)), INT8).tolist() == [127, -128, 127]
    assert quantize(x, Quantization((0.5,), (0,)), np.dtype(np.uint8)).tolist() == [255, 0, 255]


@given(st.integers(-128, 127), st.floats(1e-4, 10), st.integers(-128, 127))
def test_quantized_values_come_back(value: int, scale: float, zero_point: int) -> None:
    real = np.array([(value - zero_point)], np.float32) * np.float32(scale)
    assert quantize(real, Quantization((scale,), (zero_point,)), INT8).tolist() == [value]


def test_float_samples_are_quantized_others_pass() -> None:
    floats = np.array([[0.0, 0.5, 1.0, -0.5]] * 3)
    converted = to_model_input(floats, tensor())
    assert converted.shape == (3, 2, 2, 1)
    assert converted.reshape(3, 4).tolist() == [[0, 1, 2, -1]] * 3
    np.testing.assert_array_equal(to_model_input(converted, tensor()), converted)
    assert to_model_input(floats, tensor(DType.FLOAT32)).dtype == np.float32


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((3, 5)),
        np.zeros((0, 4)),
        np.float32(1),
        np.zeros((3, 4), np.int64),
        np.zeros((3, 4), np.uint8),
        np.full((1, 4), np.nan),
        np.full((1, 4), np.inf),
        np.array([["a"] * 4]),
    ],
)
def test_input_that_does_not_fit_is_refused(x: np.ndarray) -> None:
    with pytest.raises(ThimbleError) as caught:
        to_model_input(x, tensor())
    assert caught.value.code == "bad-input"
    assert caught.value.hint
