/* Square root of each element, float. */
#ifndef THIMBLE_SQRT_F32_H
#define THIMBLE_SQRT_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_sqrt_f32_params;

void thimble_sqrt_f32(const thimble_sqrt_f32_params *p, const float *input, float *output);

#endif
