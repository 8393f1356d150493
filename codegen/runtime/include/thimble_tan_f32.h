/* Tangent of each element, float. */
#ifndef THIMBLE_TAN_F32_H
#define THIMBLE_TAN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_tan_f32_params;

void thimble_tan_f32(const thimble_tan_f32_params *p, const float *input, float *output);

#endif
