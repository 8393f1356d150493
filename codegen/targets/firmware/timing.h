/* Counts what the CPU does in a region of the program. Regions do not nest.
 * The functions are compiled apart from their callers, so a region is what runs between the return of
 * timing_begin and the entry of timing_end: the timed function, its call and the call of timing_end. */
#ifndef THIMBLE_TIMING_H
#define THIMBLE_TIMING_H

#include <stdbool.h>
#include <stdint.h>

struct timing {
    uint64_t cycles;       /* CPU clock cycles */
    uint64_t instructions; /* executed instructions */
    uint64_t wait_cycles;  /* beside `cycles`: waited for the flash */
    bool cycles_known;     /* false: this board cannot count cycles */
    bool instructions_known;
    bool waits_known; /* false: what was waited is in `cycles` */
};

void timing_begin(void);

/* Ends the region. The first call after reset, without timing_begin, counts from reset. */
void timing_end(void);

/* The counts of the last region. */
struct timing timing_last(void);

#endif
