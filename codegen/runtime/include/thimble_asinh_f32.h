/* Inverse hyperbolic sine of each element, float. */
#ifndef THIMBLE_ASINH_F32_H
#define THIMBLE_ASINH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_asinh_f32_params;

void thimble_asinh_f32(const thimble_asinh_f32_params *p, const float *input, float *output);

#endif
