/* Hyperbolic cosine of each element, float. */
#ifndef THIMBLE_COSH_F32_H
#define THIMBLE_COSH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_cosh_f32_params;

void thimble_cosh_f32(const thimble_cosh_f32_params *p, const float *input, float *output);

#endif
