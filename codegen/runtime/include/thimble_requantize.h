/* From 32-bit sums back to int8, exactly as the TFLite reference kernels do it. */
#ifndef THIMBLE_REQUANTIZE_H
#define THIMBLE_REQUANTIZE_H

#include <stdint.h>

#include "thimble_rounding.h"

/* round(a * b / 2^31), half towards plus infinity; b is not negative, so nothing can saturate. */
static inline int32_t thimble_doubling_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 30)) >> 31);
}

/* round(x / 2^exponent), half away from zero; 0 <= exponent <= 31. */
static inline int32_t thimble_rounding_shift_right(int32_t x, int exponent)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << exponent) - 1u);
    const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/* sum * multiplier * 2^(shift - 31), rounded once, half towards plus infinity: what the reference does in
 * dense layers. multiplier in [2^30, 2^31), shift in [-31, 30]. */
static inline int32_t thimble_requantize_once(int32_t sum, int32_t multiplier, int shift)
{
    const int total = 31 - shift;
    return (int32_t)(((int64_t)sum * multiplier + (INT64_C(1) << (total - 1))) >> total);
}

/* The same, rounded twice: what the reference does in convolutions. */
static inline int32_t thimble_requantize_twice(int32_t sum, int32_t multiplier, int shift)
{
    if (shift > 0) {
        return thimble_doubling_high_mul((int32_t)((uint32_t)sum << shift), multiplier);
    }
    return thimble_rounding_shift_right(thimble_doubling_high_mul(sum, multiplier), -shift);
}

/* As often as `rounding` says. */
static inline int32_t thimble_requantize(int32_t sum, int32_t multiplier, int shift, thimble_rounding rounding)
{
    return rounding == THIMBLE_ROUND_ONCE ? thimble_requantize_once(sum, multiplier, shift)
                                          : thimble_requantize_twice(sum, multiplier, shift);
}

static inline int8_t thimble_clamp_s8(int32_t x, int32_t low, int32_t high)
{
    return (int8_t)(x < low ? low : x > high ? high : x);
}

#endif
