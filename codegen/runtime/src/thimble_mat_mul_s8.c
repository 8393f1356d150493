/* Portable reference of the int8 product of matrices. */
#include "thimble_mat_mul_s8.h"
#include "thimble_requantize.h"

static int32_t one_sum(const thimble_mat_mul_s8_params *p, const int8_t *x, const int8_t *y)
{
    int32_t sum = 0;
    for (int32_t n = 0; n < p->inner; n++) {
        sum += (*x - p->a_zero) * (*y - p->b_zero);
        x += p->a_inner;
        y += p->b_inner;
    }
    return sum;
}

void thimble_mat_mul_s8(const thimble_mat_mul_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output)
{
    thimble_row pair = {0};
    for (uint32_t n = 0; n < p->batches.rows; n++) {
        for (int32_t row = 0; row < p->rows; row++) {
            for (int32_t column = 0; column < p->columns; column++) {
                const int8_t *x = a + pair.a + row * p->a_row, *y = b + pair.b + column * p->b_column;
                const int32_t z = thimble_requantize_twice(one_sum(p, x, y), p->multiplier, p->shift);
                *output++ = thimble_clamp_s8(z + p->output_zero, INT8_MIN, INT8_MAX);
            }
        }
        thimble_next_row(&p->batches, &pair);
    }
}
