/* Transposed convolution, int8, NHWC, batch 1: each input is spread over the output. */
#ifndef THIMBLE_CONV_TRANSPOSE2D_S8_H
#define THIMBLE_CONV_TRANSPOSE2D_S8_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;     /* [out_channels][kernel_height][kernel_width][in_channels / groups] */
    const int32_t *bias;       /* [out_channels] */
    const int32_t *multiplier; /* [out_channels] */
    const int8_t *shift;       /* [out_channels] */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t groups;
    uint8_t kernel_height, kernel_width;
    uint8_t stride_height, stride_width;
    uint8_t pad_top, pad_left;      /* rows and columns of the result that are left out before the output */
    int8_t input_zero, output_zero; /* zero points */
    int8_t output_min, output_max;  /* the fused activation as a clamp */
} thimble_conv_transpose2d_s8_params;

void thimble_conv_transpose2d_s8(const thimble_conv_transpose2d_s8_params *p, const int8_t *input,
                                 int8_t *output);

#endif
