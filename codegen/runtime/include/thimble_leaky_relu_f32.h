/* Leaky ReLU of each element, float. */
#ifndef THIMBLE_LEAKY_RELU_F32_H
#define THIMBLE_LEAKY_RELU_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
    float alpha; /* the slope where x is negative */
} thimble_leaky_relu_f32_params;

void thimble_leaky_relu_f32(const thimble_leaky_relu_f32_params *p, const float *input, float *output);

#endif
