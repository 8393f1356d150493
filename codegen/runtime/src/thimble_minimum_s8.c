/* Portable reference of the int8 minimum. */
#include "thimble_minimum_s8.h"

void thimble_minimum_s8(const thimble_minimum_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const int8_t *x = a + row.a, *y = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            *output++ = *x < *y ? *x : *y;
            x += p->shape.a_step[3];
            y += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
