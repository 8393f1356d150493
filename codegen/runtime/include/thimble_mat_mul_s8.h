/* Product of two matrices that are both activations, int8; or of many pairs of them. */
#ifndef THIMBLE_MAT_MUL_S8_H
#define THIMBLE_MAT_MUL_S8_H

#include <stdint.h>

#include "thimble_broadcast.h"

typedef struct {
    thimble_broadcast batches;           /* rows: how many products; steps from one matrix to the next */
    uint16_t rows, inner, columns;       /* of the matrices */
    uint16_t a_row, a_inner;             /* elements from one row to the next, and along a row */
    uint16_t b_inner, b_column;          /* elements from one column to the next, and along a column */
    int32_t multiplier;                  /* of scale_a * scale_b / scale_out */
    int8_t shift;
    int8_t a_zero, b_zero, output_zero;  /* zero points */
} thimble_mat_mul_s8_params;

/* a: [rows][inner], b: [inner][columns], or either with its axes exchanged; output: [rows][columns]. */
void thimble_mat_mul_s8(const thimble_mat_mul_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output);

#endif
