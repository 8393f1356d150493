/* Dense (fully connected) layer, float. Input: [inputs]. */
#ifndef THIMBLE_DENSE_F32_H
#define THIMBLE_DENSE_F32_H

#include <stdint.h>

typedef struct {
    const float *weights;        /* [outputs][inputs] */
    const float *bias;           /* [outputs] */
    float output_min, output_max; /* the fused activation as a clamp */
    uint32_t inputs, outputs;
} thimble_dense_f32_params;

void thimble_dense_f32(const thimble_dense_f32_params *p, const float *input, float *output);

#endif
