/* Portable reference of the float squared difference. */
#include "thimble_squared_difference_f32.h"
#include "thimble_math.h"

void thimble_squared_difference_f32(const thimble_squared_difference_f32_params *p, const float *a,
                                    const float *b, float *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const float *x = a + row.a, *y = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            const float difference = *x - *y;
            *output++ = thimble_clamp_f32(difference * difference, p->output_min, p->output_max);
            x += p->shape.a_step[3];
            y += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
