/* Fixed-point softmax with the arithmetic of the TFLite reference kernel (gemmlowp); the exponentials
 * come from a table, since an int8 difference has at most 256 values. */
#include "thimble_softmax_s8.h"
#include "thimble_requantize.h"

#define SUM_INTEGER_BITS 12

static int32_t saturating_shift_left(int32_t x, int shift)
{
    const int64_t wide = (int64_t)x * (INT64_C(1) << shift);
    return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

static int32_t high_mul(int32_t a, int32_t b)
{
    return a == INT32_MIN && b == INT32_MIN ? INT32_MAX : thimble_doubling_high_mul(a, b);
}

/* 1 / (1 + x) for x in [0, 1) with 31 fractional bits: three Newton-Raphson steps. */
static int32_t one_over_one_plus(int32_t x)
{
    const int64_t twice = (int64_t)x + INT32_MAX;
    const int32_t half_denominator = (int32_t)((twice + 1) / 2);
    const int32_t constant_48_over_17 = 1515870810, minus_32_over_17 = -1010580540;
    int32_t estimate = constant_48_over_17 + high_mul(half_denominator, minus_32_over_17);
    for (int step = 0; step < 3; step++) {
        const int32_t error = (INT32_C(1) << 29) - high_mul(half_denominator, estimate);
        estimate += saturating_shift_left(high_mul(estimate, error), 2);
    }
    return saturating_shift_left(estimate, 1);
}

static int leading_zeros(uint32_t x)
{
    int n = 0;
    for (; n < 32 && !(x & UINT32_C(0x80000000)); n++) {
        x <<= 1;
    }
    return n;
}

static void one_row(const thimble_softmax_s8_params *p, const int8_t *input, int8_t *output)
{
    int32_t largest = input[0];
    for (int32_t i = 1; i < p->columns; i++) {
        largest = input[i] > largest ? input[i] : largest;
    }
    int32_t sum = 0; /* with SUM_INTEGER_BITS integer bits */
    for (int32_t i = 0; i < p->columns; i++) {
        const int32_t difference = largest - input[i];
        if (difference < p->entries) {
            sum += thimble_rounding_shift_right(p->exponentials[difference], SUM_INTEGER_BITS);
        }
    }
    const int headroom = leading_zeros((uint32_t)sum);
    const int32_t scale = one_over_one_plus((int32_t)(((uint32_t)sum << headroom) - UINT32_C(0x80000000)));
    const int exponent = SUM_INTEGER_BITS - headroom + 31 - 8;
    for (int32_t i = 0; i < p->columns; i++) {
        const int32_t difference = largest - input[i];
        int32_t y = 0;
        if (difference < p->entries) {
            y = thimble_rounding_shift_right(high_mul(scale, p->exponentials[difference]), exponent);
        }
        output[i] = thimble_clamp_s8(y + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void thimble_softmax_s8(const thimble_softmax_s8_params *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        one_row(p, input + row * p->columns, output + row * p->columns);
    }
}
