/* Dense (fully connected) layer, float, delta-coded weights with 4-bit gaps. */
#ifndef THIMBLE_DENSE_DELTA4_F32_H
#define THIMBLE_DENSE_DELTA4_F32_H

#include "thimble_sparse_dense_f32.h"

typedef struct {
    const float *values;         /* the stored weights, row by row */
    const uint8_t *gaps;         /* zeros before each value: two in a byte, the first in the lower half;
                                  * a row begins with a new byte */
    const uint16_t *counts;      /* [outputs]: values of each row */
    thimble_sparse_dense_f32 layer;
} thimble_dense_delta4_f32_params;

void thimble_dense_delta4_f32(const thimble_dense_delta4_f32_params *p, const float *input, float *output);

#endif
