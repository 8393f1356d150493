/* Arcus sine of each element, float. */
#ifndef THIMBLE_ASIN_F32_H
#define THIMBLE_ASIN_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_asin_f32_params;

void thimble_asin_f32(const thimble_asin_f32_params *p, const float *input, float *output);

#endif
