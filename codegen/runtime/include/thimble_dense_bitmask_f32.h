/* Dense (fully connected) layer, float, weights in a bitmask. */
#ifndef THIMBLE_DENSE_BITMASK_F32_H
#define THIMBLE_DENSE_BITMASK_F32_H

#include "thimble_sparse_dense_f32.h"

typedef struct {
    const float *values;         /* the weights that are not zero, row by row */
    const uint8_t *mask;         /* [outputs][(weights + 7) / 8]: a bit a weight, 1 where it is stored, lowest first */
    uint16_t inputs;             /* weights of a row */
    thimble_sparse_dense_f32 layer;
} thimble_dense_bitmask_f32_params;

void thimble_dense_bitmask_f32(const thimble_dense_bitmask_f32_params *p, const float *input, float *output);

#endif
