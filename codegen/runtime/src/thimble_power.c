/* x^y = 2^(y log2 x), with the whole and the broken part of log2 x apart so that digits are not lost. */
#include "thimble_power.h"

#include "thimble_float_bits.h"
#include "thimble_math.h"
#include "thimble_whole.h"

/* mantissa 2^exponent = x > 0 and finite, the mantissa from sqrt(1/2) to sqrt(2). */
static float taken_apart(float x, int32_t *exponent)
{
    const int small = x < 1.17549435e-38f;
    const uint32_t bits = thimble_bits_of(small ? x * 16777216.0f : x);
    const float mantissa = thimble_from_bits((bits & 0x007FFFFFu) | 0x3F800000u);
    const int above = mantissa > 1.41421356f;
    *exponent = (int32_t)(bits >> 23) - 127 - (small ? 24 : 0) + above;
    return above ? 0.5f * mantissa : mantissa;
}

/* log2 of a mantissa: 2 / ln 2 artanh((m - 1) / (m + 1)) by its series. */
static float log2_of(float mantissa)
{
    const float t = (mantissa - 1.0f) / (mantissa + 1.0f), t2 = t * t;
    float y = 0.0909090909f;
    y = y * t2 + 0.111111111f;
    y = y * t2 + 0.142857143f;
    y = y * t2 + 0.2f;
    y = y * t2 + 0.333333333f;
    return 2.88539008f * (t + t * t2 * y);
}

static float repeated(float x, uint32_t times)
{
    float y = 1.0f;
    for (; times > 0u; times >>= 1, x *= x) {
        y = (times & 1u) != 0u ? y * x : y;
    }
    return y;
}

/* x > 0 and finite, y finite */
static float positive_power(float x, float y)
{
    int32_t exponent;
    const float part = log2_of(taken_apart(x, &exponent)), whole = (float)exponent;
    const float total = y * (whole + part);
    if (!(total > -150.0f && total < 128.5f)) {
        return total > 0.0f ? thimble_from_bits(THIMBLE_INFINITE_BITS) : 0.0f;
    }
    const float steps = thimble_round(total);
    /* y in two parts with few bits, so that each times the whole number is exact */
    const float high = thimble_from_bits(thimble_bits_of(y) & 0xFFFFF000u), low = y - high;
    const float rest = ((high * whole - steps) + low * whole) + y * part;
    return thimble_scaled(thimble_math_exp(rest * 0.693147181f), (int32_t)steps);
}

/* One of them is 0, infinite or no number; x is not negative. */
static float odd_power(float x, float y)
{
    if (x != x || y != y) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    const int infinite_y = (thimble_bits_of(y) & 0x7FFFFFFFu) == THIMBLE_INFINITE_BITS;
    if (infinite_y && x == 1.0f) {
        return 1.0f;
    }
    const int grows = infinite_y ? (x > 1.0f) == (y > 0.0f) : (x > 0.0f) == (y > 0.0f);
    return grows ? thimble_from_bits(THIMBLE_INFINITE_BITS) : 0.0f;
}

float thimble_math_power(float x, float y)
{
    if (y == 0.0f || x == 1.0f) {
        return 1.0f;
    }
    const float size = x < 0.0f ? -x : x, times = y < 0.0f ? -y : y;
    const int is_whole = y == thimble_floor(y);
    if (is_whole && times <= 32.0f && x == x) {
        const float product = repeated(x, (uint32_t)times);
        return y < 0.0f ? 1.0f / product : product;
    }
    const int is_usual = size > 0.0f && thimble_bits_of(size) < THIMBLE_INFINITE_BITS
                         && thimble_bits_of(times) < THIMBLE_INFINITE_BITS;
    if (x < 0.0f && !is_whole && thimble_bits_of(size) < THIMBLE_INFINITE_BITS) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    const float result = is_usual ? positive_power(size, y) : odd_power(size != size ? x : size, y);
    /* From 2^24 on every float is even. */
    const int is_odd = is_whole && times < 16777216.0f && ((uint32_t)times & 1u) != 0u;
    return x < 0.0f && is_odd ? -result : result;
}

/* The mantissa of x > 0 as a whole number below 2^24: x = mantissa 2^exponent. */
static uint32_t whole_mantissa(float x, int32_t *exponent)
{
    const uint32_t bits = thimble_bits_of(x);
    uint32_t mantissa = bits & 0x007FFFFFu;
    *exponent = (int32_t)(bits >> 23) - 150;
    if ((bits >> 23) != 0u) {
        return mantissa | 0x00800000u;
    }
    *exponent = -149;
    for (; mantissa < 0x00800000u; mantissa <<= 1) {
        *exponent -= 1;
    }
    return mantissa;
}

float thimble_math_remainder(float x, float y)
{
    const float size = x < 0.0f ? -x : x, divisor = y < 0.0f ? -y : y;
    if (!(size <= 3.40282347e38f) || divisor == 0.0f || y != y) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    if (size < divisor || size == 0.0f) {
        return x;
    }
    int32_t exponent, least;
    uint32_t rest = whole_mantissa(size, &exponent);
    const uint32_t step = whole_mantissa(divisor, &least);
    for (; exponent > least; exponent--) {
        rest = (rest >= step ? rest - step : rest) << 1;
    }
    rest = rest >= step ? rest - step : rest;
    /* Times 2^least, which for the smallest divisors needs three factors. */
    const float scaled = least < -149 ? thimble_scaled((float)rest, -149) : thimble_scaled((float)rest, least);
    const float result = least < -149 ? thimble_scaled(scaled, least + 149) : scaled;
    return x < 0.0f ? -result : result;
}
