/* Floats to whole numbers, which stay floats. */
#ifndef THIMBLE_WHOLE_H
#define THIMBLE_WHOLE_H

#include <stdint.h>

/* From 2^23 on every float is a whole number; infinities and what is no number stay what they are. */
static inline int thimble_is_fraction(float x)
{
    return x > -8388608.0f && x < 8388608.0f;
}

static inline float thimble_floor(float x)
{
    if (!thimble_is_fraction(x)) {
        return x;
    }
    const float whole = (float)(int32_t)x;
    return whole > x ? whole - 1.0f : whole;
}

static inline float thimble_ceil(float x)
{
    return -thimble_floor(-x);
}

/* Of two as near the even one. */
static inline float thimble_round(float x)
{
    const float low = thimble_floor(x), part = x - low;
    if (!thimble_is_fraction(x) || part < 0.5f) {
        return low;
    }
    return part > 0.5f || ((int32_t)low & 1) != 0 ? low + 1.0f : low;
}

#endif
