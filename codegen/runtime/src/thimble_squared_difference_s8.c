/* Portable reference of the int8 squared difference: both inputs on one scale with 7 more bits. */
#include "thimble_squared_difference_s8.h"
#include "thimble_requantize.h"

#define MORE_BITS 7

static int32_t rescaled(int32_t x, int32_t multiplier, int shift)
{
    return thimble_rounding_shift_right(thimble_doubling_high_mul(x * (INT32_C(1) << MORE_BITS), multiplier),
                                        -shift);
}

void thimble_squared_difference_s8(const thimble_squared_difference_s8_params *p, const int8_t *a,
                                   const int8_t *b, int8_t *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const int8_t *x = a + row.a, *y = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            const int32_t left = rescaled(*x - p->a_zero, p->a_multiplier, p->a_shift);
            const int32_t right = rescaled(*y - p->b_zero, p->b_multiplier, p->b_shift);
            const int32_t square = (left - right) * (left - right);
            const int32_t z = thimble_requantize_twice(square, p->output_multiplier, p->output_shift);
            *output++ = thimble_clamp_s8(z + p->output_zero, INT8_MIN, INT8_MAX);
            x += p->shape.a_step[3];
            y += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
