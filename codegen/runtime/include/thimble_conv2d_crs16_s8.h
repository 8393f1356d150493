/* 2-D convolution, int8, NHWC, batch 1, weights in compressed row storage with 16-bit columns. */
#ifndef THIMBLE_CONV2D_CRS16_S8_H
#define THIMBLE_CONV2D_CRS16_S8_H

#include "thimble_sparse_conv2d.h"

typedef struct {
    const int8_t *values;        /* the weights that are not zero, filter by filter */
    const uint16_t *offsets;     /* of each value: where its tap lies in the lines of
                                  * thimble_sparse_conv2d.h */
    const uint16_t *counts;      /* [out_channels]: values of each filter */
    thimble_sparse_conv2d layer;
} thimble_conv2d_crs16_s8_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: as
 * thimble_sparse_conv2d_run. */
void thimble_conv2d_crs16_s8(const thimble_conv2d_crs16_s8_params *p, const int8_t *input, int8_t *output,
                             void *scratch);

#endif
