/* Counts cycles with SysTick, which wraps after 2^24 of them (126 ms). */
#include "timing.h"

#include "hardware.h"
#include "long_count.h"
#include "rp2040.h"

#define CYCLES_PER_US 133u

static struct {
    uint32_t ticks; /* of SysTick, which counts down */
    uint32_t microseconds;
} begun; /* all zeros, as both clocks when they start: the first region begins there */

static uint64_t cycles;

void timing_begin(void)
{
    hardware_marker(true);
    begun.microseconds = hardware_microseconds();
    begun.ticks = REGISTER(SYSTICK_VALUE);
}

void timing_end(void)
{
    const uint32_t ticks = REGISTER(SYSTICK_VALUE);
    const uint32_t microseconds = hardware_microseconds() - begun.microseconds;
    hardware_marker(false);
    cycles = long_count((begun.ticks - ticks) & SYSTICK_MASK, SYSTICK_BITS, microseconds, CYCLES_PER_US);
}

struct timing timing_last(void)
{
    const struct timing timing = {cycles, 0, true, false};
    return timing;
}
