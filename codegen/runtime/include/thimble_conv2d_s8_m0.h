/* 2-D convolution, int8, NHWC, batch 1, for CPUs without a long multiplication (Cortex-M0+). */
#ifndef THIMBLE_CONV2D_S8_M0_H
#define THIMBLE_CONV2D_S8_M0_H

#include <stdint.h>

#include "thimble_rounding.h"

/* One filter has `taps` = kernel_height * kernel_width * in_channels weights. They are stored as pairs of tap
 * i and tap i + taps / 2, the last one of an odd number alone at the end: half a filter apart, so that a
 * run of neighbouring taps goes to evenly spaced words of the scratch memory. Both weights of a pair
 * together have a magnitude of at most 255. */
typedef struct {
    const int8_t *weights;       /* [out_channels][taps], in pairs */
    const int32_t *scaling;      /* [out_channels][4]: bias (-input_zero * sum of weights folded in), then
                                  * a scale of thimble_split_requantize.h */
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels; /* out_height * out_width is at least 4 */
    uint8_t kernel_height, kernel_width;
    uint8_t stride_height, stride_width;
    uint8_t dilation_height, dilation_width;
    uint8_t pad_top, pad_left;
    uint8_t rounding;            /* a thimble_rounding */
    int8_t input_zero;           /* the input's zero point: what padding holds */
} thimble_conv2d_s8_m0_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: 8 * taps
 * bytes and in_channels more, aligned to 4. */
void thimble_conv2d_s8_m0(const thimble_conv2d_s8_m0_params *p, const int8_t *input, int8_t *output,
                          void *scratch);

#endif
