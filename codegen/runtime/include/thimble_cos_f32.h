/* Cosine of each element, float. */
#ifndef THIMBLE_COS_F32_H
#define THIMBLE_COS_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_cos_f32_params;

void thimble_cos_f32(const thimble_cos_f32_params *p, const float *input, float *output);

#endif
