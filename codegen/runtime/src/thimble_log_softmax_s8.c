/* Fixed-point logarithm of softmax with the arithmetic of the TFLite reference kernel (gemmlowp); the
 * exponentials come from a table, since an int8 difference has at most 256 values. */
#include "thimble_log_softmax_s8.h"
#include "thimble_reciprocal.h"

#define SUM_INTEGER_BITS 12
#define LOG_INTEGER_BITS 5
#define WORK_INTEGER_BITS 6 /* one more than the result has, while it is added up */
#define OUTPUT_FRACTION_BITS 4

/* Numbers below have 31 fractional bits unless they say otherwise. */
#define LOG_2 1488522236
#define SQRT_HALF 1518500250
#define FOURTH_ROOT_HALF 1805811301
#define ALPHA_N 117049297  /* 11 / 240 * 2^(1/4) */
#define ALPHA_D 127690142  /* 1 / 20 * 2^(1/4) */
#define ALPHA_I 1057819769 /* 2 / 2^(1/4) - 2^(1/4) */
#define ALPHA_F 638450708  /* 1 / 4 * 2^(1/4) */

static int32_t product(int32_t a, int32_t b)
{
    return thimble_doubling_high_mul(a, b);
}

static int32_t rounding_half_sum(int32_t a, int32_t b)
{
    const int64_t sum = (int64_t)a + b;
    return (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
}

/* log(r / 2^(-1/4)) for r between sqrt(1/2) and 1, with WORK_INTEGER_BITS integer bits: a rational function
 * around the middle. */
static int32_t log_near_middle(int32_t r)
{
    const int32_t p = rounding_half_sum(r, FOURTH_ROOT_HALF);
    const int32_t q = 2 * (r - FOURTH_ROOT_HALF);
    const int32_t square = product(q, q);
    const int32_t numerator = product(q, r) + product(product(q, square), ALPHA_N);
    const int32_t inner = ALPHA_I + q + product(ALPHA_D, square);
    const int32_t denominator_minus_one = product(p, inner) + product(ALPHA_F, q);
    const int32_t reciprocal = thimble_one_over_one_plus(denominator_minus_one);
    return product(thimble_rounding_shift_right(numerator, WORK_INTEGER_BITS), reciprocal);
}

/* log(x) for x >= 1 with SUM_INTEGER_BITS integer bits; the result has LOG_INTEGER_BITS. */
static int32_t log_of_sum(int32_t x)
{
    const int32_t one = INT32_C(1) << (31 - WORK_INTEGER_BITS), quarter = one / 4;
    const int headroom_a = thimble_leading_zeros((uint32_t)x);
    const int32_t shifted = thimble_saturating_shift_left(x, headroom_a - 1);
    const int32_t r_a = thimble_saturating_shift_left(product(shifted, SQRT_HALF), 1);
    const int32_t power_a = (SUM_INTEGER_BITS - headroom_a) * one + quarter;
    const int headroom_b = thimble_leading_zeros((uint32_t)product(x, SQRT_HALF)) - 1;
    const int32_t r_b = thimble_saturating_shift_left(x, headroom_b);
    const int32_t power_b = (SUM_INTEGER_BITS - headroom_b) * one - quarter;
    const int32_t r = r_a < r_b ? r_a : r_b, power = power_a > power_b ? power_a : power_b;
    return thimble_saturating_shift_left(product(power, LOG_2) + log_near_middle(r),
                                         WORK_INTEGER_BITS - LOG_INTEGER_BITS);
}

static void one_row(const thimble_log_softmax_s8_params *p, const int8_t *input, int8_t *output)
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
    const int32_t log_sum = log_of_sum(sum);
    const int right = 31 - LOG_INTEGER_BITS - OUTPUT_FRACTION_BITS;
    for (int32_t i = 0; i < p->columns; i++) {
        const int32_t difference = input[i] - largest;
        int32_t y = INT8_MIN;
        if (-difference < p->entries) {
            const int32_t scaled = thimble_requantize_twice(difference, p->multiplier, p->shift);
            /* What leaves 32 bits is far below the least output. */
            const int fits = scaled >= INT32_MIN + log_sum;
            y = fits ? thimble_rounding_shift_right(scaled - log_sum, right) + INT8_MAX : INT8_MIN;
        }
        output[i] = thimble_clamp_s8(y, INT8_MIN, INT8_MAX);
    }
}

void thimble_log_softmax_s8(const thimble_log_softmax_s8_params *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        one_row(p, input + row * p->columns, output + row * p->columns);
    }
}
