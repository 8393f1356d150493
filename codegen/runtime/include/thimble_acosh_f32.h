/* Inverse hyperbolic cosine of each element, float. */
#ifndef THIMBLE_ACOSH_F32_H
#define THIMBLE_ACOSH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_acosh_f32_params;

void thimble_acosh_f32(const thimble_acosh_f32_params *p, const float *input, float *output);

#endif
