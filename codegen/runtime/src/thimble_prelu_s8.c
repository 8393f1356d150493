/* Portable reference of the int8 leaky ReLU with trained slopes. */
#include "thimble_prelu_s8.h"
#include "thimble_requantize.h"

void thimble_prelu_s8(const thimble_prelu_s8_params *p, const int8_t *input, const int8_t *slopes,
                      int8_t *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const int8_t *x = input + row.a, *slope = slopes + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            const int32_t value = *x - p->input_zero;
            int32_t y;
            if (value >= 0) {
                y = thimble_requantize_twice(value, p->multiplier, p->shift);
            } else {
                y = thimble_requantize_twice(value * (*slope - p->slope_zero), p->slope_multiplier,
                                             p->slope_shift);
            }
            *output++ = thimble_clamp_s8(y + p->output_zero, INT8_MIN, INT8_MAX);
            x += p->shape.a_step[3];
            slope += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
