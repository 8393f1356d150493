/* Sine and cosine by polynomials on a quarter turn, inverses by polynomials after halving the angle. The
 * coefficients are those of the Cephes library (S. Moshier, Methods and Programs for Mathematical
 * Functions). */
#include "thimble_trigonometry.h"

#include "thimble_float_bits.h"
#include "thimble_math.h"

static const float HALF_PI = 1.57079633f, QUARTER_PI = 0.785398163f, PI = 3.14159265f;

/* Words of 2 / pi, the most significant first, after one of zeros. */
static const uint32_t TWO_OVER_PI[8] = {
    0x00000000u, 0xA2F9836Eu, 0x4E441529u, 0xFC2757D1u, 0xF534DDC0u, 0xDB629599u, 0x3C439041u, 0xFE5163ABu,
};

/* 32 bits of TWO_OVER_PI from this bit on. */
static uint32_t bits_from(uint32_t bit)
{
    const uint32_t word = bit / 32u, shift = bit % 32u;
    const uint32_t high = TWO_OVER_PI[word];
    return shift == 0u ? high : (high << shift) | (TWO_OVER_PI[word + 1] >> (32u - shift));
}

/* x 2 / pi modulo 4 in fixed point, after Payne and Hanek: of 2 / pi only the 96 bits matter that are worth
 * between 4 and 2^-92 after multiplying by x. */
float thimble_math_quarter_turns(float x, uint32_t *quarters)
{
    const uint32_t bits = thimble_bits_of(x);
    const int32_t exponent = (int32_t)((bits >> 23) & 255u) - 127;
    if (exponent < -1) { /* below a half, which is less than pi / 4 */
        *quarters = 0;
        return x;
    }
    const uint64_t mantissa = (bits & 0x007FFFFFu) | 0x00800000u;
    const uint32_t bit = (uint32_t)(exponent - 23 - 2 + 32);
    const uint64_t low = mantissa * bits_from(bit + 64u);
    const uint64_t middle = mantissa * bits_from(bit + 32u) + (low >> 32);
    const uint64_t fraction = ((mantissa * bits_from(bit)) << 32) + middle; /* of a whole turn, times 2^64 */
    const uint64_t nearest = (fraction + ((uint64_t)1 << 61)) >> 62;
    uint64_t rest = fraction - (nearest << 62);
    const int below = (rest >> 63) != 0u;
    rest = below ? 0u - rest : rest;
    const float angle = (float)rest * 3.40612158e-19f; /* pi / 2 / 2^62 */
    *quarters = (uint32_t)nearest;
    if ((bits >> 31) != 0u) {
        *quarters = 0u - *quarters;
        return below ? angle : -angle;
    }
    return below ? -angle : angle;
}

static float sine(float x)
{
    const float x2 = x * x;
    float y = -1.9515295891e-4f;
    y = y * x2 + 8.3321608736e-3f;
    y = y * x2 - 1.6666654611e-1f;
    return y * x2 * x + x;
}

static float cosine(float x)
{
    const float x2 = x * x;
    float y = 2.443315711809948e-5f;
    y = y * x2 - 1.388731625493765e-3f;
    y = y * x2 + 4.166664568298827e-2f;
    return y * x2 * x2 - 0.5f * x2 + 1.0f;
}

static int has_no_value(float x)
{
    return (thimble_bits_of(x) & 0x7FFFFFFFu) >= THIMBLE_INFINITE_BITS;
}

static float turned(float x, uint32_t offset)
{
    if (has_no_value(x)) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    uint32_t quarters;
    const float rest = thimble_math_quarter_turns(x, &quarters);
    quarters += offset;
    const float y = (quarters & 1u) != 0u ? cosine(rest) : sine(rest);
    return (quarters & 2u) != 0u ? -y : y;
}

float thimble_math_sin(float x)
{
    return turned(x, 0u);
}

float thimble_math_cos(float x)
{
    return turned(x, 1u);
}

float thimble_math_tan(float x)
{
    if (has_no_value(x)) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    uint32_t quarters;
    const float rest = thimble_math_quarter_turns(x, &quarters);
    const float s = sine(rest), c = cosine(rest);
    return (quarters & 1u) != 0u ? -c / s : s / c;
}

/* arcsin x for x from 0 to 0.5 */
static float small_arc(float x)
{
    const float x2 = x * x;
    float y = 4.2163199048e-2f;
    y = y * x2 + 2.4181311049e-2f;
    y = y * x2 + 4.5470025998e-2f;
    y = y * x2 + 7.4953002686e-2f;
    y = y * x2 + 1.6666752422e-1f;
    return y * x2 * x + x;
}

float thimble_math_asin(float x)
{
    const float size = x < 0.0f ? -x : x;
    if (!(size <= 1.0f)) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    const float y = size <= 0.5f ? small_arc(size)
                                 : HALF_PI - 2.0f * small_arc(thimble_math_sqrt(0.5f * (1.0f - size)));
    return x < 0.0f ? -y : y;
}

float thimble_math_acos(float x)
{
    const float size = x < 0.0f ? -x : x;
    if (!(size <= 1.0f)) {
        return thimble_from_bits(THIMBLE_NOT_A_NUMBER_BITS);
    }
    if (size <= 0.5f) {
        return HALF_PI - (x < 0.0f ? -small_arc(size) : small_arc(size));
    }
    const float y = 2.0f * small_arc(thimble_math_sqrt(0.5f * (1.0f - size)));
    return x < 0.0f ? PI - y : y;
}

float thimble_math_atan(float x)
{
    float size = x < 0.0f ? -x : x, base = 0.0f;
    if (size > 2.41421356f) { /* tan of three eighths of pi */
        base = HALF_PI;
        size = -1.0f / size;
    } else if (size > 0.414213562f) { /* tan of an eighth of pi */
        base = QUARTER_PI;
        size = (size - 1.0f) / (size + 1.0f);
    }
    const float x2 = size * size;
    float y = 8.05374449538e-2f;
    y = y * x2 - 1.38776856032e-1f;
    y = y * x2 + 1.99777106478e-1f;
    y = y * x2 - 3.33329491539e-1f;
    y = base + (y * x2 * size + size);
    return x < 0.0f ? -y : y;
}
