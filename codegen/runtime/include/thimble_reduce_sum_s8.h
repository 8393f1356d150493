/* Sum along axes that lie together, int8. Input: [outer][count][inner]; output: [outer][inner]. */
#ifndef THIMBLE_REDUCE_SUM_S8_H
#define THIMBLE_REDUCE_SUM_S8_H

#include <stdint.h>

typedef struct {
    uint32_t outer, count, inner; /* elements before the reduced axes, in them, and after them */
    float scale;                  /* scale_in / scale_out */
    float offset;                 /* -input_zero * count * scale */
    int8_t output_zero;           /* the output's zero point */
} thimble_reduce_sum_s8_params;

void thimble_reduce_sum_s8(const thimble_reduce_sum_s8_params *p, const int8_t *input, int8_t *output);

#endif
