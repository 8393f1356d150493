/* What timing.c counts with: SysTick, which wraps after 2^24 cycles (126 ms). */
#ifndef THIMBLE_CYCLE_COUNTER_H
#define THIMBLE_CYCLE_COUNTER_H

#include "rp2040.h"

#define CYCLE_COUNTER_BITS SYSTICK_BITS
#define CYCLES_PER_US 133u

/* SysTick counts down from 0. */
static inline uint32_t cycle_counter(void)
{
    return 0u - REGISTER(SYSTICK_VALUE);
}

#endif
