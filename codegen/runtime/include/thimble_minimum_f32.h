/* The smaller of two inputs, float, shapes broadcast. */
#ifndef THIMBLE_MINIMUM_F32_H
#define THIMBLE_MINIMUM_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
} thimble_minimum_f32_params;

void thimble_minimum_f32(const thimble_minimum_f32_params *p, const float *a, const float *b, float *output);

#endif
