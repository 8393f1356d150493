/* Product of two inputs, float, shapes broadcast. */
#ifndef THIMBLE_MUL_F32_H
#define THIMBLE_MUL_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    float output_min, output_max; /* the fused activation as a clamp */
} thimble_mul_f32_params;

void thimble_mul_f32(const thimble_mul_f32_params *p, const float *a, const float *b, float *output);

#endif
