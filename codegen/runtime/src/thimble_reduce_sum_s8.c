/* Portable reference of the int8 sum: scaled in single precision, halves rounded away from zero. */
#include "thimble_reduce_sum_s8.h"
#include "thimble_requantize.h"

/* The nearest integer, where it matters: all beyond 512 is outside int8. */
static int32_t nearest(float x)
{
    if (x >= 512.0f) {
        return 512;
    }
    if (x <= -512.0f) {
        return -512;
    }
    const int32_t whole = (int32_t)x; /* towards zero; the rest is exact */
    const float rest = x - (float)whole;
    return whole + (rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0);
}

void thimble_reduce_sum_s8(const thimble_reduce_sum_s8_params *p, const int8_t *input, int8_t *output)
{
    for (uint32_t o = 0; o < p->outer; o++) {
        for (uint32_t i = 0; i < p->inner; i++) {
            const int8_t *x = input + o * p->count * p->inner + i;
            int32_t sum = 0;
            for (uint32_t n = 0; n < p->count; n++, x += p->inner) {
                sum += *x;
            }
            /* Through memory, so that no compiler makes one rounding of the product and the sum. */
            volatile float scaled = (float)sum * p->scale;
            scaled += p->offset;
            *output++ = thimble_clamp_s8(nearest(scaled) + p->output_zero, INT8_MIN, INT8_MAX);
        }
    }
}
