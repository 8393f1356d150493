/* Portable reference of float comparisons. What is not a number is looked for first: with zig and without an
 * FPU x > y would hold for it. */
#include "thimble_compare_f32.h"

static uint8_t found(float x, float y)
{
    return x != x || y != y ? 8u : x < y ? 1u : x == y ? 2u : 4u;
}

void thimble_compare_f32(const thimble_compare_f32_params *p, const float *a, const float *b, uint8_t *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const float *x = a + row.a, *y = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            *output++ = (p->holds & found(*x, *y)) != 0u;
            x += p->shape.a_step[3];
            y += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
