/* 2-D convolution, float, NHWC, batch 1, delta-coded weights with 4-bit gaps. */
#ifndef THIMBLE_CONV2D_DELTA4_F32_H
#define THIMBLE_CONV2D_DELTA4_F32_H

#include "thimble_sparse_conv2d_f32.h"

typedef struct {
    const float *values;         /* the stored weights, filter by filter */
    const uint8_t *gaps;         /* zeros before each value: two in a byte, the first in the lower half;
                                  * a filter begins with a new byte */
    const uint16_t *counts;      /* [out_channels]: values of each filter */
    thimble_sparse_conv2d_f32 layer;
} thimble_conv2d_delta4_f32_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: as
 * thimble_sparse_conv2d_run_f32. */
void thimble_conv2d_delta4_f32(const thimble_conv2d_delta4_f32_params *p, const float *input, float *output,
                              void *scratch);

#endif
