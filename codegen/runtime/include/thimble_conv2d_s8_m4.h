/* 2-D convolution, int8, NHWC, batch 1, for CPUs that multiply two pairs of halves at once (Cortex-M4). */
#ifndef THIMBLE_CONV2D_S8_M4_H
#define THIMBLE_CONV2D_S8_M4_H

#include <stdint.h>

#include "thimble_rounding.h"

/* One filter has `taps` = kernel_height * kernel_width * in_channels weights. A word holds two taps of two
 * filters, lowest byte first: filter 2i tap 2k, filter 2i + 1 tap 2k, filter 2i tap 2k + 1, filter 2i + 1 tap
 * 2k + 1. What an odd number of taps or filters leaves empty is 0. */
typedef struct {
    const uint32_t *weights;     /* [(out_channels + 1) / 2][(taps + 1) / 2] */
    const int32_t *scaling;      /* [out_channels, rounded up to an even number][3]: bias (-input_zero * sum of
                                  * weights folded in), multiplier, right shift (1 to 22) */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels; /* out_height * out_width is at least 4 */
    uint8_t kernel_height, kernel_width;
    uint8_t stride_height, stride_width;
    uint8_t dilation_height, dilation_width;
    uint8_t pad_top, pad_left;
    uint8_t rounding;            /* a thimble_rounding */
    int8_t input_zero;           /* the input's zero point: what padding holds */
    int8_t output_zero;          /* the output's zero point */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_conv2d_s8_m4_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: 16 bytes
 * for every two taps, aligned to 4. The magnitude of every total (sum and bias) is below 2^30. */
void thimble_conv2d_s8_m4(const thimble_conv2d_s8_m4_params *p, const int8_t *input, int8_t *output,
                          void *scratch);

#endif
