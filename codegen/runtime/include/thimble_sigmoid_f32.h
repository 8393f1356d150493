/* 1 / (1 + exp(-x)) of each element, float. */
#ifndef THIMBLE_SIGMOID_F32_H
#define THIMBLE_SIGMOID_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_sigmoid_f32_params;

void thimble_sigmoid_f32(const thimble_sigmoid_f32_params *p, const float *input, float *output);

#endif
