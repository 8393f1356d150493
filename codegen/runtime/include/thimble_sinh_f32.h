/* Hyperbolic sine of each element, float. */
#ifndef THIMBLE_SINH_F32_H
#define THIMBLE_SINH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_sinh_f32_params;

void thimble_sinh_f32(const thimble_sinh_f32_params *p, const float *input, float *output);

#endif
