/* Dense (fully connected) layer, int8, weights in delta coding with steps of 8 bits. */
#ifndef THIMBLE_DENSE_DELTA8_S8_H
#define THIMBLE_DENSE_DELTA8_S8_H

#include "thimble_sparse_dense.h"

typedef struct {
    const int8_t *values;        /* the weights that are stored, row by row */
    const uint8_t *steps;        /* from one value's column to the next; the first of a row counts from column 0 */
    const uint16_t *counts;      /* [outputs]: values of each row, a multiple of 4 */
    thimble_sparse_dense layer;
} thimble_dense_delta8_s8_params;

void thimble_dense_delta8_s8(const thimble_dense_delta8_s8_params *p, const int8_t *input, int8_t *output);

#endif
