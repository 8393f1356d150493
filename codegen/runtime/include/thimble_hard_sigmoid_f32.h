/* alpha x + beta, clamped to 0 and 1, of each element, float. */
#ifndef THIMBLE_HARD_SIGMOID_F32_H
#define THIMBLE_HARD_SIGMOID_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
    float alpha, beta;
} thimble_hard_sigmoid_f32_params;

void thimble_hard_sigmoid_f32(const thimble_hard_sigmoid_f32_params *p, const float *input, float *output);

#endif
