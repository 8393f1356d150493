/* 2-D convolution of one tap, int8, NHWC, batch 1, weights delta-coded with 8-bit steps. */
#ifndef THIMBLE_POINTWISE_DELTA8_S8_H
#define THIMBLE_POINTWISE_DELTA8_S8_H

#include "thimble_sparse_pointwise.h"

typedef struct {
    const int8_t *values;        /* the stored weights, filter by filter; a number of fours each */
    const uint8_t *steps;        /* from column to column: one a value; the first of a filter
                                  * from column 0 */
    const uint16_t *counts;      /* [out_channels]: values of each filter */
    thimble_sparse_pointwise layer;
} thimble_pointwise_delta8_s8_params;

/* input: [pixels][in_channels]; output: [pixels][out_channels]. */
void thimble_pointwise_delta8_s8(const thimble_pointwise_delta8_s8_params *p, const int8_t *input, int8_t *output);

#endif
