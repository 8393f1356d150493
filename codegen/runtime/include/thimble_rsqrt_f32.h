/* Inverse square root of each element, float. */
#ifndef THIMBLE_RSQRT_F32_H
#define THIMBLE_RSQRT_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_rsqrt_f32_params;

void thimble_rsqrt_f32(const thimble_rsqrt_f32_params *p, const float *input, float *output);

#endif
