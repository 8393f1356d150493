/* By exp and log; near 0, where these would lose digits, by polynomials with the coefficients of the Cephes
 * library (S. Moshier, Methods and Programs for Mathematical Functions). */
#include "thimble_hyperbolic.h"

#include "thimble_float_bits.h"
#include "thimble_math.h"

static const float LOG_2 = 0.693147181f, LARGE = 1500.0f;

float thimble_math_sinh(float x)
{
    const float size = x < 0.0f ? -x : x;
    if (size <= 1.0f) {
        const float x2 = x * x;
        float y = 2.03721912945e-4f;
        y = y * x2 + 8.33028376239e-3f;
        y = y * x2 + 1.66667160211e-1f;
        return y * x2 * x + x;
    }
    const float root = thimble_math_exp(0.5f * size); /* its square may be no float when half of it is one */
    const float y = 0.5f * root * root - 0.5f / root / root;
    return x < 0.0f ? -y : y;
}

float thimble_math_cosh(float x)
{
    const float root = thimble_math_exp(x < 0.0f ? -0.5f * x : 0.5f * x);
    return 0.5f * root * root + 0.5f / root / root;
}

float thimble_math_asinh(float x)
{
    const float size = x < 0.0f ? -x : x, x2 = x * x;
    if (size < 0.5f) {
        float y = 2.0122003309e-2f;
        y = y * x2 - 4.2699934972e-2f;
        y = y * x2 + 7.4847586088e-2f;
        y = y * x2 - 1.6666288134e-1f;
        return y * x2 * x + x;
    }
    const float y = size > LARGE ? thimble_math_log(size) + LOG_2
                                 : thimble_math_log(size + thimble_math_sqrt(x2 + 1.0f));
    return x < 0.0f ? -y : y;
}

float thimble_math_acosh(float x)
{
    if (!(x >= 1.0f)) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    const float more = x - 1.0f;
    if (more < 0.5f) {
        float y = 1.7596881071e-3f;
        y = y * more - 7.5272886713e-3f;
        y = y * more + 2.6454905019e-2f;
        y = y * more - 1.1784741703e-1f;
        y = y * more + 1.4142135263f;
        return y * thimble_math_sqrt(more);
    }
    return x > LARGE ? thimble_math_log(x) + LOG_2 : thimble_math_log(x + thimble_math_sqrt(more * (x + 1.0f)));
}

float thimble_math_atanh(float x)
{
    const float size = x < 0.0f ? -x : x;
    if (!(size <= 1.0f)) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    if (size < 0.5f) {
        const float x2 = x * x;
        float y = 1.81740078349e-1f;
        y = y * x2 + 8.24370301058e-2f;
        y = y * x2 + 1.46691431730e-1f;
        y = y * x2 + 1.99782164500e-1f;
        y = y * x2 + 3.33337300303e-1f;
        return y * x2 * x + x;
    }
    if (size == 1.0f) {
        return thimble_from_bits(THIMBLE_INFINITE_BITS | (thimble_bits_of(x) & 0x80000000u));
    }
    const float y = 0.5f * thimble_math_log((1.0f + size) / (1.0f - size));
    return x < 0.0f ? -y : y;
}
