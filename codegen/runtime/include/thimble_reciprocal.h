/* Fixed-point reciprocals with the arithmetic of gemmlowp, which the TFLite reference kernels use. */
#ifndef THIMBLE_RECIPROCAL_H
#define THIMBLE_RECIPROCAL_H

#include <stdint.h>

#include "thimble_requantize.h"

static inline int32_t thimble_saturating_shift_left(int32_t x, int shift)
{
    const int64_t wide = (int64_t)x * (INT64_C(1) << shift);
    return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

static inline int32_t thimble_saturating_high_mul(int32_t a, int32_t b)
{
    return a == INT32_MIN && b == INT32_MIN ? INT32_MAX : thimble_doubling_high_mul(a, b);
}

/* 1 / (1 + x) for x in [0, 1), both with 31 fractional bits: three Newton-Raphson steps. */
static inline int32_t thimble_one_over_one_plus(int32_t x)
{
    const int64_t twice = (int64_t)x + INT32_MAX;
    const int32_t half_denominator = (int32_t)((twice + 1) / 2);
    const int32_t constant_48_over_17 = 1515870810, minus_32_over_17 = -1010580540;
    int32_t estimate = constant_48_over_17 + thimble_saturating_high_mul(half_denominator, minus_32_over_17);
    for (int step = 0; step < 3; step++) {
        const int32_t error = (INT32_C(1) << 29) - thimble_saturating_high_mul(half_denominator, estimate);
        estimate += thimble_saturating_shift_left(thimble_saturating_high_mul(estimate, error), 2);
    }
    return thimble_saturating_shift_left(estimate, 1);
}

static inline int thimble_leading_zeros(uint32_t x)
{
    int n = 0;
    for (; n < 32 && !(x & UINT32_C(0x80000000)); n++) {
        x <<= 1;
    }
    return n;
}

#endif
