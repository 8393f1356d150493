/* Dense (fully connected) layer, float, for CPUs with an FPU of single precision (Cortex-M4F). Input: [inputs]. */
#ifndef THIMBLE_DENSE_F32_M4_H
#define THIMBLE_DENSE_F32_M4_H

#include <stdint.h>

typedef struct {
    const float *weights;        /* [outputs / 4][inputs][4], then the last one to three rows: [outputs % 4][inputs] */
    const float *bias;           /* [outputs] */
    float output_min, output_max; /* the fused activation as a clamp */
    uint32_t inputs, outputs;
} thimble_dense_f32_m4_params;

void thimble_dense_f32_m4(const thimble_dense_f32_m4_params *p, const float *input, float *output);

#endif
