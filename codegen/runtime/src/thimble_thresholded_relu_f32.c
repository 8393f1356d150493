/* Portable reference of the thresholded ReLU. */
#include "thimble_thresholded_relu_f32.h"

void thimble_thresholded_relu_f32(const thimble_thresholded_relu_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = p->alpha < x ? x : 0.0f;
    }
}
