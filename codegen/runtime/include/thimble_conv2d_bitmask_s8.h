/* 2-D convolution, int8, NHWC, batch 1, weights in a bitmask. */
#ifndef THIMBLE_CONV2D_BITMASK_S8_H
#define THIMBLE_CONV2D_BITMASK_S8_H

#include "thimble_sparse_conv2d.h"

typedef struct {
    const int8_t *values;        /* the weights that are not zero, filter by filter */
    const uint8_t *mask;         /* [out_channels][(weights + 7) / 8]: a bit a weight, 1 where it is stored, lowest first */
    const uint16_t *offsets;     /* [taps]: where each tap lies in the lines of thimble_sparse_conv2d.h */
    uint16_t taps;             /* weights of a filter */
    thimble_sparse_conv2d layer;
} thimble_conv2d_bitmask_s8_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: as
 * thimble_sparse_conv2d_run. */
void thimble_conv2d_bitmask_s8(const thimble_conv2d_bitmask_s8_params *p, const int8_t *input, int8_t *output,
                               void *scratch);

#endif
