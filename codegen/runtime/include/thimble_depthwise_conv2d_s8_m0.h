/* 2-D depthwise convolution, int8, NHWC, batch 1, one output channel an input channel (Cortex-M0+). */
#ifndef THIMBLE_DEPTHWISE_CONV2D_S8_M0_H
#define THIMBLE_DEPTHWISE_CONV2D_S8_M0_H

#include <stdint.h>

#include "thimble_rounding.h"

/* The output is computed in strips of 2 * half_rows lines. */
typedef struct {
    const int8_t *weights;       /* [channels][kernel_height][kernel_width]; two in a row have a magnitude of at
                                  * most 255 together */
    const int32_t *scaling;      /* [channels][4]: bias (-input_zero * sum of weights folded in), then a scale of
                                  * thimble_split_requantize.h */
    uint16_t in_height, in_width, channels;
    uint16_t out_height, out_width;
    uint16_t half_rows;          /* 1 to (out_height + 1) / 2 */
    uint8_t kernel_height, kernel_width;
    uint8_t stride_height, stride_width;
    uint8_t dilation_height, dilation_width;
    uint8_t pad_top, pad_left;
    uint8_t rounding;            /* a thimble_rounding */
    int8_t input_zero;           /* the input's zero point: what padding holds */
} thimble_depthwise_conv2d_s8_m0_params;

/* input: [in_height][in_width][channels]; output: [out_height][out_width][channels]; scratch, aligned to 4:
 * 2 * (taps, made odd and at least 3) + lines * (2 + width) + 2 * half_rows * out_width words, where lines and width are those
 * that the windows of half_rows lines of the output cover. */
void thimble_depthwise_conv2d_s8_m0(const thimble_depthwise_conv2d_s8_m0_params *p, const int8_t *input,
                                    int8_t *output, void *scratch);

#endif
