/* The place of the lowest bit that is set. */
#ifndef THIMBLE_FIRST_BIT_H
#define THIMBLE_FIRST_BIT_H

#include <stdint.h>

/* bits: a byte that is not 0. */
static inline uint32_t thimble_first_bit(uint32_t bits)
{
#if defined(__ARM_ARCH_6M__)
    /* There is no instruction for it. The bit alone times a number whose bits 5 to 7 then differ for all eight. */
    static const uint8_t place[8] = {0, 1, 2, 4, 7, 3, 6, 5};
    return place[((bits & (0u - bits)) * 0x17u >> 5) & 7u];
#else
    return (uint32_t)__builtin_ctz(bits);
#endif
}

#endif
