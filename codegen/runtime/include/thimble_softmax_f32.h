/* Softmax over the last axis, float. Input and output: [rows][columns]. */
#ifndef THIMBLE_SOFTMAX_F32_H
#define THIMBLE_SOFTMAX_F32_H

#include <stdint.h>

typedef struct {
    float beta;
    uint32_t rows, columns;
} thimble_softmax_f32_params;

void thimble_softmax_f32(const thimble_softmax_f32_params *p, const float *input, float *output);

#endif
