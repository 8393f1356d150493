/* Portable reference of the leaky ReLU. */
#include "thimble_leaky_relu_f32.h"

void thimble_leaky_relu_f32(const thimble_leaky_relu_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x < 0.0f ? x * p->alpha : x;
    }
}
