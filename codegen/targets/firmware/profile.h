/* What a profiling build has besides: the counts of each layer. The generated model.c defines them and brackets
 * each of its calls with timing_begin and timing_end; other builds know nothing of it. */
#ifndef THIMBLE_PROFILE_H
#define THIMBLE_PROFILE_H

#include <stdint.h>

#include "protocol.h"
#include "timing.h"

#ifdef THIMBLE_PROFILE
#define HELLO_PROFILED HELLO_PROFILING
#else
#define HELLO_PROFILED 0u
#endif

/* Of the last inference, in the order of the calls. */
extern struct timing profile_layers[];
extern const uint16_t profile_layer_count;

#endif
