/* Whether it is infinite, 0 or 1, of each element, float. */
#ifndef THIMBLE_IS_INF_F32_H
#define THIMBLE_IS_INF_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
    uint8_t positive; /* 1: that infinity counts */
    uint8_t negative;
} thimble_is_inf_f32_params;

void thimble_is_inf_f32(const thimble_is_inf_f32_params *p, const float *input, uint8_t *output);

#endif
