/* Mean along axes that lie together, int8. */
#ifndef THIMBLE_MEAN_S8_H
#define THIMBLE_MEAN_S8_H

#include <stdint.h>

typedef struct {
    uint32_t outer, count, inner; /* elements before the reduced axes, in them, and after them */
    int32_t multiplier;           /* of scale_in / (scale_out * count), in [2^29, 2^31) */
    int32_t offset;               /* -input_zero * count */
    int8_t shift;
    int8_t output_zero;           /* the output's zero point */
} thimble_mean_s8_params;

/* input: [outer][count][inner]; output: [outer][inner]. */
void thimble_mean_s8(const thimble_mean_s8_params *p, const int8_t *input, int8_t *output);

#endif
