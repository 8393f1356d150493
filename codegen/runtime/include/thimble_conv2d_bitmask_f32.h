/* 2-D convolution, float, NHWC, batch 1, weights in a bitmask. */
#ifndef THIMBLE_CONV2D_BITMASK_F32_H
#define THIMBLE_CONV2D_BITMASK_F32_H

#include "thimble_sparse_conv2d_f32.h"

typedef struct {
    const float *values;         /* the weights that are not zero, filter by filter */
    const uint8_t *mask;         /* [out_channels][(weights + 7) / 8]: a bit a weight, 1 where it is stored, lowest first */
    uint16_t taps;               /* weights of a filter */
    thimble_sparse_conv2d_f32 layer;
} thimble_conv2d_bitmask_f32_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: as
 * thimble_sparse_conv2d_run_f32. */
void thimble_conv2d_bitmask_f32(const thimble_conv2d_bitmask_f32_params *p, const float *input, float *output,
                               void *scratch);

#endif
