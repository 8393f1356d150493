/* Inverse hyperbolic tangent of each element, float. */
#ifndef THIMBLE_ATANH_F32_H
#define THIMBLE_ATANH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_atanh_f32_params;

void thimble_atanh_f32(const thimble_atanh_f32_params *p, const float *input, float *output);

#endif
