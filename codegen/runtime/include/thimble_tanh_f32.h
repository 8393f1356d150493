/* Hyperbolic tangent of each element, float. */
#ifndef THIMBLE_TANH_F32_H
#define THIMBLE_TANH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_tanh_f32_params;

void thimble_tanh_f32(const thimble_tanh_f32_params *p, const float *input, float *output);

#endif
