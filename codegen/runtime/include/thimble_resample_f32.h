/* Weighted sums of neighbours along an axis, float. Input: [outer][count][inner]; output:
 * [outer][taken][inner]. */
#ifndef THIMBLE_RESAMPLE_F32_H
#define THIMBLE_RESAMPLE_F32_H

#include <stdint.h>

typedef struct {
    const float *weights; /* [taken][taps] */
    const int32_t *first; /* [taken], the place that the first weight is for */
    uint32_t outer, count, inner, taken, taps;
} thimble_resample_f32_params;

void thimble_resample_f32(const thimble_resample_f32_params *p, const float *input, float *output);

#endif
