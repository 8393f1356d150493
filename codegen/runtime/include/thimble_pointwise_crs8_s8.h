/* 2-D convolution of one tap, int8, NHWC, batch 1, weights in compressed row storage with 8-bit columns. */
#ifndef THIMBLE_POINTWISE_CRS8_S8_H
#define THIMBLE_POINTWISE_CRS8_S8_H

#include "thimble_sparse_pointwise.h"

typedef struct {
    const int8_t *values;        /* the stored weights, filter by filter */
    const uint8_t *columns;      /* the input channel that each value belongs to */
    const uint16_t *counts;      /* [out_channels]: values of each filter */
    thimble_sparse_pointwise layer;
} thimble_pointwise_crs8_s8_params;

/* input: [pixels][in_channels]; output: [pixels][out_channels]. */
void thimble_pointwise_crs8_s8(const thimble_pointwise_crs8_s8_params *p, const int8_t *input, int8_t *output);

#endif
