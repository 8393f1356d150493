/* Fixed-point softmax with the arithmetic of the TFLite reference kernel (gemmlowp); the exponentials
 * come from a table, since an int8 difference has at most 256 values. */
#include "thimble_softmax_s8.h"
#include "thimble_reciprocal.h"
#include "thimble_small.h"

#define SUM_INTEGER_BITS 12

THIMBLE_SMALL static void one_row(const thimble_softmax_s8_params *p, const int8_t *input, int8_t *output)
{
    int32_t largest = input[0];
    for (int32_t i = 1; i < p->columns; i++) {
        largest = input[i] > largest ? input[i] : largest;
    }
    int32_t sum = 0; /* with SUM_INTEGER_BITS integer bits */
    for (int32_t i = 0; i < p->columns; i++) {
        const int32_t difference = largest - input[i];
        if (difference < p->entries) {
            sum += thimble_rounding_shift_right(p->exponentials[difference], SUM_INTEGER_BITS);
        }
    }
    const int headroom = thimble_leading_zeros((uint32_t)sum);
    const int32_t fraction = (int32_t)(((uint32_t)sum << headroom) - UINT32_C(0x80000000));
    const int32_t scale = thimble_one_over_one_plus(fraction);
    const int exponent = SUM_INTEGER_BITS - headroom + 31 - 8;
    for (int32_t i = 0; i < p->columns; i++) {
        const int32_t difference = largest - input[i];
        int32_t y = 0;
        if (difference < p->entries) {
            const int32_t exponential = p->exponentials[difference];
            y = thimble_rounding_shift_right(thimble_saturating_high_mul(scale, exponential), exponent);
        }
        output[i] = thimble_clamp_s8(y + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void thimble_softmax_s8(const thimble_softmax_s8_params *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        one_row(p, input + row * p->columns, output + row * p->columns);
    }
}
