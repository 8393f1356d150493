/* Dense (fully connected) layer, int8, weights in a codebook. */
#ifndef THIMBLE_DENSE_CODEBOOK_S8_H
#define THIMBLE_DENSE_CODEBOOK_S8_H

#include "thimble_sparse_dense.h"

typedef struct {
    const uint8_t *indices;      /* [outputs]: a row begins with a new byte; the lowest bits are the first */
    const int8_t *codebook;      /* tables of 2^index_bits values: one, or one a row */
    uint16_t inputs;             /* weights of a row */
    uint8_t index_bits;          /* 1, 2 or 4 */
    uint8_t table_step;          /* values from one row's table to the next: 2^index_bits, or 0 with one for all */
    thimble_sparse_dense layer;
} thimble_dense_codebook_s8_params;

void thimble_dense_codebook_s8(const thimble_dense_codebook_s8_params *p, const int8_t *input, int8_t *output);

#endif
