/* Smallest whole number above of each element, float. */
#ifndef THIMBLE_CEIL_F32_H
#define THIMBLE_CEIL_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_ceil_f32_params;

void thimble_ceil_f32(const thimble_ceil_f32_params *p, const float *input, float *output);

#endif
