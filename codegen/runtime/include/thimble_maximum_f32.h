/* The larger of two inputs, float, shapes broadcast. */
#ifndef THIMBLE_MAXIMUM_F32_H
#define THIMBLE_MAXIMUM_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
} thimble_maximum_f32_params;

void thimble_maximum_f32(const thimble_maximum_f32_params *p, const float *a, const float *b, float *output);

#endif
