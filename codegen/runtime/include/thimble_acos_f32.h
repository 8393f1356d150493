/* Arcus cosine of each element, float. */
#ifndef THIMBLE_ACOS_F32_H
#define THIMBLE_ACOS_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_acos_f32_params;

void thimble_acos_f32(const thimble_acos_f32_params *p, const float *input, float *output);

#endif
