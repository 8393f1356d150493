/* x relu6(x + 3) / 6 of each element, float. */
#ifndef THIMBLE_HARD_SWISH_F32_H
#define THIMBLE_HARD_SWISH_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
} thimble_hard_swish_f32_params;

void thimble_hard_swish_f32(const thimble_hard_swish_f32_params *p, const float *input, float *output);

#endif
