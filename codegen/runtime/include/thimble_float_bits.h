/* The bits of a float, looked at through memory, as C allows. */
#ifndef THIMBLE_FLOAT_BITS_H
#define THIMBLE_FLOAT_BITS_H

#include <stdint.h>

#define THIMBLE_INFINITE_BITS 0x7F800000u
#define THIMBLE_NOT_A_NUMBER_BITS 0x7FC00000u

typedef union {
    float number;
    uint32_t bits;
} thimble_float_bits;

static inline float thimble_from_bits(uint32_t bits)
{
    thimble_float_bits f;
    f.bits = bits;
    return f.number;
}

static inline uint32_t thimble_bits_of(float number)
{
    thimble_float_bits f;
    f.number = number;
    return f.bits;
}

/* x times 2^n, n from -252 to 254: in two factors, since one alone may be no float. */
static inline float thimble_scaled(float x, int32_t n)
{
    const int32_t half = n / 2;
    return x * thimble_from_bits((uint32_t)(half + 127) << 23)
           * thimble_from_bits((uint32_t)(n - half + 127) << 23);
}

#endif
