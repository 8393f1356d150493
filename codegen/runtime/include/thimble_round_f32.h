/* Nearest whole number of each element, float. */
#ifndef THIMBLE_ROUND_F32_H
#define THIMBLE_ROUND_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_round_f32_params;

void thimble_round_f32(const thimble_round_f32_params *p, const float *input, float *output);

#endif
