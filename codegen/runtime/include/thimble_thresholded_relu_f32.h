/* Thresholded ReLU of each element, float. */
#ifndef THIMBLE_THRESHOLDED_RELU_F32_H
#define THIMBLE_THRESHOLDED_RELU_F32_H

#include <stdint.h>

typedef struct {
    uint32_t elements;
    float alpha; /* what is not larger becomes 0 */
} thimble_thresholded_relu_f32_params;

void thimble_thresholded_relu_f32(const thimble_thresholded_relu_f32_params *p, const float *input, float *output);

#endif
