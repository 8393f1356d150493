/* Sine of each element, float. */
#ifndef THIMBLE_SIN_F32_H
#define THIMBLE_SIN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_sin_f32_params;

void thimble_sin_f32(const thimble_sin_f32_params *p, const float *input, float *output);

#endif
