/* The smallest along axes that lie together, float. Input: [outer][count][inner]; output: [outer][inner]. */
#ifndef THIMBLE_REDUCE_MIN_F32_H
#define THIMBLE_REDUCE_MIN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t outer, count, inner; /* elements before the reduced axes, in them, and after them */
} thimble_reduce_min_f32_params;

void thimble_reduce_min_f32(const thimble_reduce_min_f32_params *p, const float *input, float *output);

#endif
