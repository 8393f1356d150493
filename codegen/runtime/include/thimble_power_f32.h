/* The first input to the power of the second, float, shapes broadcast. */
#ifndef THIMBLE_POWER_F32_H
#define THIMBLE_POWER_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
} thimble_power_f32_params;

void thimble_power_f32(const thimble_power_f32_params *p, const float *a, const float *b, float *output);

#endif
