/* Portable reference of the float remainder. */
#include "thimble_mod_f32.h"
#include "thimble_power.h"

static float left(const thimble_mod_f32_params *p, float x, float y)
{
    const float rest = thimble_math_remainder(x, y);
    const int turns = !p->truncated && rest != 0.0f && (rest < 0.0f) != (y < 0.0f);
    return turns ? rest + y : rest;
}

void thimble_mod_f32(const thimble_mod_f32_params *p, const float *a, const float *b, float *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const float *x = a + row.a, *y = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            *output++ = left(p, *x, *y);
            x += p->shape.a_step[3];
            y += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
