/* Dense (fully connected) layer, int8, weights in compressed row storage with 16-bit columns. */
#ifndef THIMBLE_DENSE_CRS16_S8_H
#define THIMBLE_DENSE_CRS16_S8_H

#include "thimble_sparse_dense.h"

typedef struct {
    const int8_t *values;        /* the weights that are not zero, row by row */
    const uint16_t *columns;     /* the input that each value belongs to */
    const uint16_t *counts;      /* [outputs]: values of each row */
    thimble_sparse_dense layer;
} thimble_dense_crs16_s8_params;

void thimble_dense_crs16_s8(const thimble_dense_crs16_s8_params *p, const int8_t *input, int8_t *output);

#endif
