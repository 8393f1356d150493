/* Depthwise 2-D convolution, int8, NHWC, batch 1. */
#ifndef THIMBLE_DEPTHWISE_CONV2D_S8_H
#define THIMBLE_DEPTHWISE_CONV2D_S8_H

#include <stdint.h>

#include "thimble_rounding.h"

typedef struct {
    const int8_t *weights;       /* [kernel_height][kernel_width][in_channels * channel_multiplier] */
    const int32_t *bias;         /* [out channels] */
    const int32_t *multiplier;   /* [out channels], in [2^30, 2^31) */
    const int8_t *shift;         /* [out channels] */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width;
    uint16_t channel_multiplier; /* output channels of each input channel */
    uint16_t kernel_height, kernel_width;
    uint16_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
    uint8_t rounding;            /* a thimble_rounding */
    int8_t input_zero;           /* the input's zero point */
    int8_t output_zero;          /* the output's zero point */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_depthwise_conv2d_s8_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out channels]. */
void thimble_depthwise_conv2d_s8(const thimble_depthwise_conv2d_s8_params *p, const int8_t *input,
                                 int8_t *output);

#endif
