/* A convolution backwards, float: each input is spread over the output. Images are [height][width][channels],
 * weights [out][height][width][in / groups]. */
#ifndef THIMBLE_CONV_TRANSPOSE2D_F32_H
#define THIMBLE_CONV_TRANSPOSE2D_F32_H

#include <stdint.h>

typedef struct {
    const float *weights, *bias;
    float output_min, output_max; /* the fused activation as a clamp */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t groups;
    uint8_t kernel_height, kernel_width;
    uint8_t stride_height, stride_width;
    uint8_t dilation_height, dilation_width;
    uint8_t pad_top, pad_left; /* rows and columns of the result that are not part of the output */
} thimble_conv_transpose2d_f32_params;

void thimble_conv_transpose2d_f32(const thimble_conv_transpose2d_f32_params *p, const float *input, float *output);

#endif
