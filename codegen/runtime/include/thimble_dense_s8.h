/* Dense (fully connected) layer, int8, weights stored dense. */
#ifndef THIMBLE_DENSE_S8_H
#define THIMBLE_DENSE_S8_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;       /* [outputs][inputs] */
    const int32_t *bias;         /* [outputs], with -input_zero * (sum of weights) folded in */
    const int32_t *multiplier;   /* [outputs] or [1] */
    const int8_t *shift;         /* [outputs] or [1] */
    uint16_t inputs, outputs;
    uint8_t per_channel;         /* 1: a multiplier an output; 0: one for all */
    int8_t output_zero;          /* the output's zero point */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_dense_s8_params;

void thimble_dense_s8(const thimble_dense_s8_params *p, const int8_t *input, int8_t *output);

#endif
