/* 2-D convolution, int8, NHWC, batch 1, weights in delta coding with steps of 8 bits. */
#ifndef THIMBLE_CONV2D_DELTA8_S8_H
#define THIMBLE_CONV2D_DELTA8_S8_H

#include "thimble_sparse_conv2d.h"

typedef struct {
    const int8_t *values;        /* the weights that are stored, filter by filter */
    const uint8_t *steps;        /* from one value's column to the next; the first of a row counts from column 0 */
    const uint16_t *counts;      /* [out_channels]: values of each filter, a multiple of 4 */
    const uint16_t *offsets;     /* [taps]: where each tap lies in the lines of thimble_sparse_conv2d.h */
    thimble_sparse_conv2d layer;
} thimble_conv2d_delta8_s8_params;

/* input: [in_height][in_width][in_channels]; output: [out_height][out_width][out_channels]; scratch: as
 * thimble_sparse_conv2d_run. */
void thimble_conv2d_delta8_s8(const thimble_conv2d_delta8_s8_params *p, const int8_t *input, int8_t *output,
                              void *scratch);

#endif
