/* Portable reference of the float leaky ReLU with trained slopes. */
#include "thimble_prelu_f32.h"

void thimble_prelu_f32(const thimble_prelu_f32_params *p, const float *input, const float *slopes,
                       float *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const float *x = input + row.a, *slope = slopes + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            *output++ = *x < 0.0f ? *x * *slope : *x;
            x += p->shape.a_step[3];
            slope += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
