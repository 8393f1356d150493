/* What timing.c counts with: the DWT's counter, which wraps after 2^32 cycles (67 s). */
#ifndef THIMBLE_CYCLE_COUNTER_H
#define THIMBLE_CYCLE_COUNTER_H

#include "nrf52840.h"

#define CYCLE_COUNTER_BITS 32u
#define CYCLES_PER_US 64u

static inline uint32_t cycle_counter(void)
{
    return REGISTER(DWT_COUNT);
}

#endif
