/* Absolute value of each element, float. */
#ifndef THIMBLE_ABS_F32_H
#define THIMBLE_ABS_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_abs_f32_params;

void thimble_abs_f32(const thimble_abs_f32_params *p, const float *input, float *output);

#endif
