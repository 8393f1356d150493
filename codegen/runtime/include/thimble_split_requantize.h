/* From 32-bit totals to int8 for CPUs without a long multiplication: exactly what thimble_requantize.h gives,
 * followed by the clamp. Why it is exact is told in Thimble's codegen/kernels/split_requantization.py. */
#ifndef THIMBLE_SPLIT_REQUANTIZE_H
#define THIMBLE_SPLIT_REQUANTIZE_H

#include <stdint.h>

#include "thimble_rounding.h"

/* total: sum and bias. multiplier: in [2^30, 2^31). limits: the highest total that the output tells apart / 2^r in
 * the upper 12 bits, the lowest in the next 12, then r, 1 to 12. */
static inline int8_t thimble_split_requantize(int32_t total, int32_t multiplier, int32_t limits,
                                              int32_t output_zero, thimble_rounding rounding)
{
    const int32_t r = limits & 255, unit = INT32_C(1) << r;
    const int32_t highest = (limits >> 20) * unit, lowest = ((int32_t)((uint32_t)limits << 12) >> 20) * unit;
    total = total > highest ? highest : total < lowest ? lowest : total;
    const int32_t inner = total * (multiplier >> 10 & 1023) + (total * (multiplier & 1023) >> 10);
    uint32_t y = (uint32_t)total * (uint32_t)(multiplier >> 20) + (uint32_t)(inner >> 10);
    if (rounding == THIMBLE_ROUND_TWICE) {
        y += UINT32_C(1024) - (total < 0 ? UINT32_C(2048) : 0);
    }
    y += (uint32_t)(2 * output_zero + 1) << (r + 10);
    return (int8_t)((int32_t)y >> (r + 11));
}

#endif
