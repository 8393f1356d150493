/* Counts cycles with the DWT's counter, which wraps after 2^32 of them (67 s). */
#include "timing.h"

#include "hardware.h"
#include "long_count.h"
#include "nrf52840.h"

#define CYCLES_PER_US 64u
#define COUNT_BITS 32u

static struct {
    uint32_t count;
    uint32_t microseconds;
} begun; /* all zeros, as both clocks when they start: the first region begins there */

static uint64_t cycles;

void timing_begin(void)
{
    hardware_marker(true);
    begun.microseconds = hardware_microseconds();
    begun.count = REGISTER(DWT_COUNT);
}

void timing_end(void)
{
    const uint32_t count = REGISTER(DWT_COUNT);
    const uint32_t microseconds = hardware_microseconds() - begun.microseconds;
    hardware_marker(false);
    cycles = long_count(count - begun.count, COUNT_BITS, microseconds, CYCLES_PER_US);
}

struct timing timing_last(void)
{
    const struct timing timing = {cycles, 0, true, false};
    return timing;
}
