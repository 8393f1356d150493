/* 2-D convolution, float, NHWC, batch 1. Input: [in_height][in_width][in_channels]. */
#ifndef THIMBLE_CONV2D_F32_H
#define THIMBLE_CONV2D_F32_H

#include <stdint.h>

typedef struct {
    const float *weights;        /* [out_channels][kernel_height][kernel_width][in_channels / groups] */
    const float *bias;           /* [out_channels] */
    float output_min, output_max; /* the fused activation as a clamp */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t groups;
    uint16_t kernel_height, kernel_width;
    uint16_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
} thimble_conv2d_f32_params;

void thimble_conv2d_f32(const thimble_conv2d_f32_params *p, const float *input, float *output);

#endif
