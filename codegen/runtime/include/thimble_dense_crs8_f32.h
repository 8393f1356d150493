/* Dense (fully connected) layer, float, weights in compressed row storage with 8-bit columns. */
#ifndef THIMBLE_DENSE_CRS8_F32_H
#define THIMBLE_DENSE_CRS8_F32_H

#include "thimble_sparse_dense_f32.h"

typedef struct {
    const float *values;         /* the weights that are not zero, row by row */
    const uint8_t *columns;      /* the input that each value belongs to */
    const uint16_t *counts;      /* [outputs]: values of each row */
    thimble_sparse_dense_f32 layer;
} thimble_dense_crs8_f32_params;

void thimble_dense_crs8_f32(const thimble_dense_crs8_f32_params *p, const float *input, float *output);

#endif
