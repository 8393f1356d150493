import math

from hypothesis import given
from hypothesis import strategies as st

from codegen.fixed_point import (
    exp_on_negative_values,
    quantize_multiplier,
    requantize_once,
    requantize_twice,
    rounding_divide_by_pot,
    softmax_table,
)


@given(st.floats(1e-6, 1.0))
def test_a_multiplier_is_within_half_a_unit(real):
    multiplier, shift = quantize_multiplier(real)
    assert 2**30 <= multiplier < 2**31
    assert math.isclose(multiplier * 2.0 ** (shift - 31), real, rel_tol=2**-31)


@given(st.integers(-(2**30), 2**30), st.floats(1e-6, 0.999))
def test_requantizing_is_a_rounded_product(accumulator, real):
    multiplier = quantize_multiplier(real)
    of_the_multiplier = abs(accumulator) * real * 2**-30
    assert abs(requantize_once(accumulator, *multiplier) - accumulator * real) <= 0.5 + of_the_multiplier
    assert abs(requantize_twice(accumulator, *multiplier) - accumulator * real) <= 1.0 + of_the_multiplier


def test_rounding_twice_may_carry_once_more():
    # 97.49989: the first rounding brings it to the half, the second over it.
    assert requantize_once(395_575, 1_084_014_553, -11) == 97
    assert requantize_twice(395_575, 1_084_014_553, -11) == 98


def test_halves_round_away_from_zero():
    assert [rounding_divide_by_pot(x, 1) for x in (-3, -1, 1, 3)] == [-2, -1, 1, 2]


@given(st.integers(-(2**31), 0))
def test_the_exponential_is_close(a):
    assert abs(exp_on_negative_values(a) / 2**31 - math.exp(a / 2**26)) < 1e-6


def test_the_softmax_table_starts_at_one_and_falls():
    table = softmax_table(0.1, 1.0)
    assert table[0] == 2**31 - 1
    assert table == sorted(table, reverse=True)
    # The reference gives 0 from a difference of 31 · 2^26 / 2^shift on; here 2^shift is 2^23 and 2^27.
    assert len(table) == 31 * 2**26 // 2**23 + 1
    assert len(softmax_table(1.0, 1.0)) == 31 * 2**26 // 2**27 + 1
