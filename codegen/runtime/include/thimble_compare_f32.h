/* Two inputs compared, float, shapes broadcast; the output is 0 or 1. */
#ifndef THIMBLE_COMPARE_F32_H
#define THIMBLE_COMPARE_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    uint8_t holds; /* sum of: 1 when less, 2 when equal, 4 when greater, 8 when one is not a number */
} thimble_compare_f32_params;

void thimble_compare_f32(const thimble_compare_f32_params *p, const float *a, const float *b, uint8_t *output);

#endif
