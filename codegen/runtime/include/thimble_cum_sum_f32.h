/* Running sums along an axis, float. Input and output: [outer][count][inner]. */
#ifndef THIMBLE_CUM_SUM_F32_H
#define THIMBLE_CUM_SUM_F32_H

#include <stdint.h>

typedef struct {
    uint32_t outer, count, inner; /* elements before the axis, along it, and after it */
    uint8_t exclusive; /* 1: without the element itself */
    uint8_t reverse;   /* 1: from the end */
} thimble_cum_sum_f32_params;

void thimble_cum_sum_f32(const thimble_cum_sum_f32_params *p, const float *input, float *output);

#endif
