/* Portable reference of the int8 mean. */
#include "thimble_mean_s8.h"
#include "thimble_requantize.h"

void thimble_mean_s8(const thimble_mean_s8_params *p, const int8_t *input, int8_t *output)
{
    for (uint32_t o = 0; o < p->outer; o++) {
        for (uint32_t i = 0; i < p->inner; i++) {
            const int8_t *x = input + o * p->count * p->inner + i;
            int32_t sum = p->offset;
            for (uint32_t n = 0; n < p->count; n++, x += p->inner) {
                sum += *x;
            }
            sum = thimble_requantize_twice(sum, p->multiplier, p->shift) + p->output_zero;
            *output++ = thimble_clamp_s8(sum, INT8_MIN, INT8_MAX);
        }
    }
}
