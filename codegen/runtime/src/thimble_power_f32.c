/* Portable reference of the float power. */
#include "thimble_power_f32.h"
#include "thimble_power.h"

void thimble_power_f32(const thimble_power_f32_params *p, const float *a, const float *b, float *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const float *x = a + row.a, *y = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            *output++ = thimble_math_power(*x, *y);
            x += p->shape.a_step[3];
            y += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
