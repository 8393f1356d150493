/* Leaky ReLU with trained slopes, float, slopes broadcast. */
#ifndef THIMBLE_PRELU_F32_H
#define THIMBLE_PRELU_F32_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast shape;
} thimble_prelu_f32_params;

void thimble_prelu_f32(const thimble_prelu_f32_params *p, const float *input, const float *slopes,
                       float *output);

#endif
