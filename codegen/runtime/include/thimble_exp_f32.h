/* Exponential function of each element, float. */
#ifndef THIMBLE_EXP_F32_H
#define THIMBLE_EXP_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_exp_f32_params;

void thimble_exp_f32(const thimble_exp_f32_params *p, const float *input, float *output);

#endif
