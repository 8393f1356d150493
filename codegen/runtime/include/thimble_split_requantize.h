/* From 32-bit totals to int8 for CPUs without a long multiplication: exactly what thimble_requantize.h gives,
 * followed by the clamp. Why it is exact is told in Thimble's codegen/kernels/split_requantization.py. */
#ifndef THIMBLE_SPLIT_REQUANTIZE_H
#define THIMBLE_SPLIT_REQUANTIZE_H

#include <stdint.h>

#include "thimble_rounding.h"

/* A scale, taken apart. */
typedef struct {
    int32_t high, middle, low; /* the multiplier: high * 2^20 + middle * 2^10 + low */
    int32_t highest, lowest;   /* totals beyond give the same output */
    int32_t shift;
    uint32_t offset;
} thimble_split_scale;

/* scale: three words of a kernel's table:
 * [0] the multiplier, in [0, 2^31);
 * [1] the highest total that the output tells apart / 2^r in the upper 12 bits, the lowest in the next 12, and
 *     r, 1 to 12;
 * [2] half a unit of the output and its zero point, in units of the output / 2^(r + 11). */
static inline thimble_split_scale thimble_split_decode(const int32_t *scale)
{
    const int32_t multiplier = scale[0], limits = scale[1];
    const int32_t r = limits & 255, unit = INT32_C(1) << r;
    const thimble_split_scale decoded = {
        multiplier >> 20, multiplier >> 10 & 1023, multiplier & 1023,
        (limits >> 20) * unit, ((int32_t)((uint32_t)limits << 12) >> 20) * unit,
        r + 11, (uint32_t)scale[2],
    };
    return decoded;
}

/* total: sum and bias. */
static inline int8_t thimble_split_apply(int32_t total, const thimble_split_scale *s, thimble_rounding rounding)
{
    total = total > s->highest ? s->highest : total < s->lowest ? s->lowest : total;
    const int32_t inner = total * s->middle + (total * s->low >> 10);
    uint32_t y = (uint32_t)total * (uint32_t)s->high + (uint32_t)(inner >> 10) + s->offset;
    if (rounding == THIMBLE_ROUND_TWICE) {
        y -= total < 0 ? UINT32_C(2048) : 0;
    }
    return (int8_t)((int32_t)y >> s->shift);
}

static inline int8_t thimble_split_requantize(int32_t total, const int32_t *scale, thimble_rounding rounding)
{
    const thimble_split_scale decoded = thimble_split_decode(scale);
    return thimble_split_apply(total, &decoded, rounding);
}

#endif
