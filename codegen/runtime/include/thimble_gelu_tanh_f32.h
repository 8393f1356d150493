/* GELU, by its approximation with tanh, of each element, float. */
#ifndef THIMBLE_GELU_TANH_F32_H
#define THIMBLE_GELU_TANH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_gelu_tanh_f32_params;

void thimble_gelu_tanh_f32(const thimble_gelu_tanh_f32_params *p, const float *input, float *output);

#endif
