/* 2-D depthwise convolution, int8, NHWC, batch 1, for CPUs that multiply two pairs of halves at once (Cortex-M4). */
#ifndef THIMBLE_DEPTHWISE_CONV2D_S8_M4_H
#define THIMBLE_DEPTHWISE_CONV2D_S8_M4_H

#include <stdint.h>

#include "thimble_rounding.h"

/* A line is a row of the image or, where that takes less time, a column: `lines` and `length` then count the other
 * way round, and so do the members after them. */
typedef struct {
    const int8_t *weights;       /* [channels * channel_multiplier][kernel_lines][kernel_length] */
    const int32_t *scaling;      /* [channels * channel_multiplier][3]: bias (-input_zero * sum of weights folded
                                  * in), multiplier, right shift (1 to 22) */
    uint32_t in_line_step, in_step;   /* bytes from a line of the input to the next, and from a pixel to the next */
    uint32_t out_line_step, out_step; /* the same of the output */
    uint16_t in_lines, in_length;
    uint16_t out_lines, out_length;
    uint16_t channels, channel_multiplier;
    uint16_t band;               /* lines of the output that are computed at a time */
    uint16_t plane_lines;        /* lines of the input that they need */
    uint16_t plane_length;       /* of such a line in scratch memory, in 16-bit halves; even */
    uint8_t kernel_lines, kernel_length;
    uint8_t stride_lines, stride_length;
    uint8_t dilation_lines;
    uint8_t pad_lines, pad_length; /* before the first line, and before a line's first pixel */
    uint8_t rounding;            /* a thimble_rounding */
    int8_t input_zero;           /* the input's zero point: what padding holds */
    int8_t output_zero;          /* the output's zero point */
    int8_t output_min, output_max; /* the fused activation as a clamp */
} thimble_depthwise_conv2d_s8_m4_params;

/* input: [in_height][in_width][channels]; output: [out_height][out_width][channels * channel_multiplier]; scratch:
 * a word for every two weights of a line of the kernel, then plane_lines * plane_length halves; aligned to 4. The
 * magnitude of every total (sum and bias) is below 2^30. */
void thimble_depthwise_conv2d_s8_m4(const thimble_depthwise_conv2d_s8_m4_params *p, const int8_t *input,
                                    int8_t *output, void *scratch);

#endif
