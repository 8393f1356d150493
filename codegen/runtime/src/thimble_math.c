/* Single-precision functions in plain C. Bits are looked at through memory, as C allows. */
#include "thimble_math.h"

typedef union {
    float number;
    uint32_t bits;
} float_bits;

static float from_bits(uint32_t bits)
{
    float_bits f;
    f.bits = bits;
    return f.number;
}

static uint32_t bits_of(float number)
{
    float_bits f;
    f.number = number;
    return f.bits;
}

static const uint32_t INFINITE = 0x7F800000u, NOT_A_NUMBER = 0x7FC00000u;

/* x = n ln 2 + r with |r| <= ln 2 / 2; exp(r) by its series to the seventh power. */
float thimble_math_exp(float x)
{
    if (!(x < 88.722839f)) {
        return x == x ? from_bits(INFINITE) : x;
    }
    if (x < -87.336544f) {
        return 0.0f;
    }
    const float steps = x * 1.44269504f;
    const int32_t n = (int32_t)(steps + (steps < 0.0f ? -0.5f : 0.5f));
    /* ln 2 in two parts, the first with few bits, so that n times it is exact */
    const float r = (x - (float)n * 0.693359375f) + (float)n * 2.12194440e-4f;
    float y = 1.98412698e-4f;
    y = y * r + 1.38888889e-3f;
    y = y * r + 8.33333333e-3f;
    y = y * r + 4.16666667e-2f;
    y = y * r + 1.66666667e-1f;
    y = y * r + 0.5f;
    y = y * r * r + r + 1.0f;
    /* 2^n in two factors, since 2^128 is no float but the product may be one */
    const int32_t half = n / 2;
    return y * from_bits((uint32_t)(half + 127) << 23) * from_bits((uint32_t)(n - half + 127) << 23);
}

/* x = 2^n m with sqrt(1/2) <= m < sqrt(2); log m = 2 artanh((m - 1) / (m + 1)) by its series. */
float thimble_math_log(float x)
{
    if (!(x > 0.0f)) {
        return x == 0.0f ? from_bits(INFINITE | 0x80000000u) : from_bits(NOT_A_NUMBER);
    }
    uint32_t bits = bits_of(x);
    if (bits >= INFINITE) {
        return x;
    }
    int32_t n = 0;
    if (bits < 0x00800000u) { /* too small to have a leading one */
        bits = bits_of(x * 16777216.0f);
        n = -24;
    }
    n += (int32_t)(bits >> 23) - 127;
    float m = from_bits((bits & 0x007FFFFFu) | 0x3F800000u);
    if (m > 1.41421356f) {
        m *= 0.5f;
        n++;
    }
    const float t = (m - 1.0f) / (m + 1.0f), t2 = t * t;
    float y = 0.181818182f;
    y = y * t2 + 0.222222222f;
    y = y * t2 + 0.285714286f;
    y = y * t2 + 0.4f;
    y = y * t2 + 0.666666667f;
    y = y * t2 * t + 2.0f * t;
    return (float)n * 0.693359375f + (y - (float)n * 2.12194440e-4f);
}

/* Newton's method on 1 / sqrt(x), which needs no division. */
float thimble_math_sqrt(float x)
{
    if (!(x > 0.0f)) {
        return x == 0.0f ? x : from_bits(NOT_A_NUMBER);
    }
    if (bits_of(x) >= INFINITE) {
        return x;
    }
    const int small = bits_of(x) < 0x00800000u;
    const float scaled = small ? x * 16777216.0f : x;
    float inverse = from_bits(0x5F375A86u - (bits_of(scaled) >> 1));
    for (int step = 0; step < 3; step++) {
        inverse *= 1.5f - 0.5f * scaled * inverse * inverse;
    }
    float root = scaled * inverse;
    root += 0.5f * inverse * (scaled - root * root);
    return small ? root * (1.0f / 4096.0f) : root;
}

float thimble_math_tanh(float x)
{
    const float size = x < 0.0f ? -x : x;
    float y = 1.0f;
    if (size < 0.35f) { /* the series: below, the formula would lose digits */
        const float x2 = x * x;
        y = 2.18694885e-2f * -x2 + 5.39682540e-2f;
        y = (y * -x2 + 1.33333333e-1f) * -x2 + 3.33333333e-1f;
        return x - x * x2 * y;
    }
    if (size < 10.0f) {
        y = 1.0f - 2.0f / (thimble_math_exp(2.0f * size) + 1.0f);
    }
    return size != size ? x : x < 0.0f ? -y : y;
}

/* Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.28:
 * erf x = 1 - 1 / (1 + a1 x + ... + a6 x^6)^16. */
float thimble_math_erf(float x)
{
    const float size = x < 0.0f ? -x : x;
    if (size > 4.0f) {
        return x < 0.0f ? -1.0f : 1.0f;
    }
    if (size < 0.5f) { /* the series 2 / sqrt(pi) (x - x^3/3 + x^5/10 - ...) */
        const float x2 = x * x;
        float y = -7.57575758e-4f;
        y = y * x2 + 4.62962963e-3f;
        y = y * x2 - 2.38095238e-2f;
        y = y * x2 + 0.1f;
        y = y * x2 - 0.333333333f;
        return 1.12837917f * (x + x * x2 * y);
    }
    float y = 0.0000430638f;
    y = y * size + 0.0002765672f;
    y = y * size + 0.0001520143f;
    y = y * size + 0.0092705272f;
    y = y * size + 0.0422820123f;
    y = y * size + 0.0705230784f;
    y = y * size + 1.0f;
    y *= y;
    y *= y;
    y *= y;
    y *= y;
    y = 1.0f - 1.0f / y;
    return x < 0.0f ? -y : y;
}
