/* Dense (fully connected) layer, int8, weights in a bitmask. */
#ifndef THIMBLE_DENSE_BITMASK_S8_H
#define THIMBLE_DENSE_BITMASK_S8_H

#include "thimble_sparse_dense.h"

typedef struct {
    const int8_t *values;        /* the weights that are not zero, row by row */
    const uint8_t *mask;         /* [outputs][(weights + 7) / 8]: a bit a weight, 1 where it is stored, lowest first */
    uint16_t inputs;             /* weights of a row */
    thimble_sparse_dense layer;
} thimble_dense_bitmask_s8_params;

void thimble_dense_bitmask_s8(const thimble_dense_bitmask_s8_params *p, const int8_t *input, int8_t *output);

#endif
