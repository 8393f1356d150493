/* A counter of cycles that wraps, extended by a clock that does not: the clock tells how often it wrapped, the
 * counter the rest, exactly. */
#ifndef THIMBLE_LONG_COUNT_H
#define THIMBLE_LONG_COUNT_H

#include <stdint.h>

/* `rest` are the cycles counted, modulo 2^bits; `microseconds` have passed, give or take far less than half a
 * turn of the counter. */
static inline uint64_t long_count(uint32_t rest, unsigned bits, uint32_t microseconds, uint32_t cycles_per_us)
{
    const uint64_t about = (uint64_t)microseconds * cycles_per_us;
    const uint64_t turns = (about - rest + (1ull << (bits - 1u))) >> bits;
    return (turns << bits) + rest;
}

#endif
