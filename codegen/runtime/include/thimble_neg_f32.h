/* The negative of each element, float. */
#ifndef THIMBLE_NEG_F32_H
#define THIMBLE_NEG_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_neg_f32_params;

void thimble_neg_f32(const thimble_neg_f32_params *p, const float *input, float *output);

#endif
