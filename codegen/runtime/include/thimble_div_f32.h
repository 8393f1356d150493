/* Quotient of two inputs, float, shapes broadcast. */
#ifndef THIMBLE_DIV_F32_H
#define THIMBLE_DIV_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    float output_min, output_max; /* the fused activation as a clamp */
} thimble_div_f32_params;

void thimble_div_f32(const thimble_div_f32_params *p, const float *a, const float *b, float *output);

#endif
