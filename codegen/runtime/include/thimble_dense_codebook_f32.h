/* Dense (fully connected) layer, float, weights in a codebook. */
#ifndef THIMBLE_DENSE_CODEBOOK_F32_H
#define THIMBLE_DENSE_CODEBOOK_F32_H

#include "thimble_sparse_dense_f32.h"

typedef struct {
    const uint8_t *indices;      /* [outputs]: a row begins with a new byte; the lowest bits are the first */
    const float *codebook;       /* tables of 2^index_bits values: one, or one a row */
    uint16_t inputs;             /* weights of a row */
    uint8_t index_bits;          /* 1, 2 or 4 */
    uint8_t table_step;          /* values from one row's table to the next: 2^index_bits, or 0 with one for all */
    thimble_sparse_dense_f32 layer;
} thimble_dense_codebook_f32_params;

void thimble_dense_codebook_f32(const thimble_dense_codebook_f32_params *p, const float *input, float *output);

#endif
