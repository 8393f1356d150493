/* Products of matrices, float. A stack of them is counted by three axes, along each of which an input goes on
 * or, with the step 0, is used again. */
#ifndef THIMBLE_MAT_MUL_F32_H
#define THIMBLE_MAT_MUL_F32_H

#include <stdint.h>

typedef struct {
    uint32_t count[3];                  /* matrices along each axis of the stack */
    uint32_t a_step[3], b_step[3];      /* elements from one matrix to the next, an axis */
    uint32_t rows, inner, columns;
    uint32_t a_row, a_inner, b_inner, b_column; /* elements from one to the next */
} thimble_mat_mul_f32_params;

void thimble_mat_mul_f32(const thimble_mat_mul_f32_params *p, const float *a, const float *b, float *output);

#endif
