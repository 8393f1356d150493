/* Portable reference of the float smallest. */
#include "thimble_reduce_min_f32.h"

void thimble_reduce_min_f32(const thimble_reduce_min_f32_params *p, const float *input, float *output)
{
    for (uint32_t o = 0; o < p->outer; o++) {
        for (uint32_t i = 0; i < p->inner; i++) {
            const float *x = input + o * p->count * p->inner + i;
            float result = *x;
            for (uint32_t n = 0; n < p->count; n++, x += p->inner) {
                result = *x < result ? *x : result;
            }
            *output++ = result;
        }
    }
}
