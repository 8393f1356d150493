/* Counts cycles of a real chip: its counter wraps, so the clock of microseconds tells how often it did. */
#include "timing.h"

#include "cycle_counter.h"
#include "hardware.h"
#include "long_count.h"

#define COUNT_MASK (0xFFFFFFFFu >> (32u - CYCLE_COUNTER_BITS))

static struct {
    uint32_t count;
    uint32_t microseconds;
} begun; /* all zeros, as both clocks when they start: the first region begins there */

static uint64_t cycles;

void timing_begin(void)
{
    hardware_marker(true);
    begun.microseconds = hardware_microseconds();
    begun.count = cycle_counter();
}

void timing_end(void)
{
    const uint32_t count = cycle_counter();
    const uint32_t microseconds = hardware_microseconds() - begun.microseconds;
    hardware_marker(false);
    cycles = long_count((count - begun.count) & COUNT_MASK, CYCLE_COUNTER_BITS, microseconds, CYCLES_PER_US);
}

struct timing timing_last(void)
{
    const struct timing timing = {.cycles = cycles, .cycles_known = true};
    return timing;
}
