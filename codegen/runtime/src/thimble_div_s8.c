/* Portable reference of the int8 quotient: a product with the reciprocal of the divisor, rounded after each
 * step as the TFLite reference kernel does it. */
#include "thimble_div_s8.h"
#include "thimble_reciprocal.h"

/* How far x can go to the left: so many bits before the number equal its sign. */
static int sign_bits(int32_t x)
{
    return thimble_leading_zeros(x < 0 ? 2u * (uint32_t)-x - 1u : 2u * (uint32_t)x);
}

/* x / y, y positive, in steps of the output; -255 <= x <= 255. */
static int32_t quotient(const thimble_div_s8_params *p, int32_t x, int32_t y)
{
    /* y is 2^(31 - zeros) * (1 + fraction) */
    const int zeros = thimble_leading_zeros((uint32_t)y), left = sign_bits(x);
    const int32_t fraction = (int32_t)(((uint32_t)y << zeros) - UINT32_C(0x80000000));
    const int32_t inverse = thimble_one_over_one_plus(fraction);
    const int32_t unscaled = thimble_doubling_high_mul((int32_t)((uint32_t)x << left), inverse);
    const int32_t scaled = thimble_doubling_high_mul(unscaled, p->multiplier);
    const int shift = p->shift - (31 - zeros) - left;
    if (shift > 0) {
        return thimble_saturating_shift_left(scaled, shift);
    }
    return shift < -31 ? 0 : thimble_rounding_shift_right(scaled, -shift);
}

void thimble_div_s8(const thimble_div_s8_params *p, const int8_t *a, const int8_t *b, int8_t *output)
{
    thimble_row row = {0};
    for (uint32_t r = 0; r < p->shape.rows; r++) {
        const int8_t *u = a + row.a, *v = b + row.b;
        for (uint32_t i = 0; i < p->shape.count[3]; i++) {
            int32_t x = *u - p->a_zero, y = *v - p->b_zero, z = 0;
            if (y == 0) {
                z = x < 0 ? -512 : x > 0 ? 512 : 0;
            } else if (x != 0) {
                z = y < 0 ? quotient(p, -x, -y) : quotient(p, x, y);
            }
            const int32_t limited = z < -512 ? -512 : z > 512 ? 512 : z;
            *output++ = thimble_clamp_s8(limited + p->output_zero, p->output_min, p->output_max);
            u += p->shape.a_step[3];
            v += p->shape.b_step[3];
        }
        thimble_next_row(&p->shape, &row);
    }
}
