/* x sigmoid(x) of each element, float. */
#ifndef THIMBLE_SILU_F32_H
#define THIMBLE_SILU_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_silu_f32_params;

void thimble_silu_f32(const thimble_silu_f32_params *p, const float *input, float *output);

#endif
