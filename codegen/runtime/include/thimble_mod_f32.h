/* What is left of the first input after division by the second, float, shapes broadcast. */
#ifndef THIMBLE_MOD_F32_H
#define THIMBLE_MOD_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
    uint8_t truncated; /* 1: with the sign of the first input; 0: of the second */
} thimble_mod_f32_params;

void thimble_mod_f32(const thimble_mod_f32_params *p, const float *a, const float *b, float *output);

#endif
