/* Arcus tangent of each element, float. */
#ifndef THIMBLE_ATAN_F32_H
#define THIMBLE_ATAN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_atan_f32_params;

void thimble_atan_f32(const thimble_atan_f32_params *p, const float *input, float *output);

#endif
