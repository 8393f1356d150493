/* From 32-bit totals to int8 for CPUs without a long multiplication: exactly what thimble_requantize.h gives,
 * followed by the clamp. Why it is exact is told in Thimble's codegen/kernels/split_requantization.py. */
#ifndef THIMBLE_SPLIT_REQUANTIZE_H
#define THIMBLE_SPLIT_REQUANTIZE_H

#include <stdint.h>

#include "thimble_rounding.h"

/* total: sum and bias. scale: three words of a kernel's table:
 * [0] the multiplier, in [0, 2^31);
 * [1] the highest total that the output tells apart / 2^r in the upper 12 bits, the lowest in the next 12, and
 *     r, 1 to 12;
 * [2] half a unit of the output and its zero point, in units of the output / 2^(r + 11). */
static inline int8_t thimble_split_requantize(int32_t total, const int32_t *scale, thimble_rounding rounding)
{
    const int32_t multiplier = scale[0], limits = scale[1];
    const int32_t r = limits & 255, unit = INT32_C(1) << r;
    const int32_t highest = (limits >> 20) * unit, lowest = ((int32_t)((uint32_t)limits << 12) >> 20) * unit;
    total = total > highest ? highest : total < lowest ? lowest : total;
    const int32_t inner = total * (multiplier >> 10 & 1023) + (total * (multiplier & 1023) >> 10);
    uint32_t y = (uint32_t)total * (uint32_t)(multiplier >> 20) + (uint32_t)(inner >> 10) + (uint32_t)scale[2];
    if (rounding == THIMBLE_ROUND_TWICE) {
        y -= total < 0 ? UINT32_C(2048) : 0;
    }
    return (int8_t)((int32_t)y >> (r + 11));
}

#endif
