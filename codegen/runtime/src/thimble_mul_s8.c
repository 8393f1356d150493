/* Portable reference of the int8 product. */
#include "thimble_mul_s8.h"
#include "thimble_requantize.h"

void thimble_mul_s8(const thimble_mul_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const int8_t *x = a + row.a, *y = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            const int32_t product = (*x - p->a_zero) * (*y - p->b_zero);
            const int32_t z = thimble_requantize_twice(product, p->multiplier, p->shift) + p->output_zero;
            *output++ = thimble_clamp_s8(z, p->output_min, p->output_max);
            x += p->shape.a_step[3];
            y += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
