/* Mean along axes that lie together, float. Input: [outer][count][inner]; output: [outer][inner]. */
#ifndef THIMBLE_MEAN_F32_H
#define THIMBLE_MEAN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t outer, count, inner; /* elements before the reduced axes, in them, and after them */
} thimble_mean_f32_params;

void thimble_mean_f32(const thimble_mean_f32_params *p, const float *input, float *output);

#endif
