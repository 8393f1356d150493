/* Squared difference of two inputs, float, shapes broadcast. */
#ifndef THIMBLE_SQUARED_DIFFERENCE_F32_H
#define THIMBLE_SQUARED_DIFFERENCE_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    float output_min, output_max; /* no activation is fused: the largest floats */
} thimble_squared_difference_f32_params;

void thimble_squared_difference_f32(const thimble_squared_difference_f32_params *p, const float *a,
                                    const float *b, float *output);

#endif
