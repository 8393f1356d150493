/* Portable reference of the int8 smallest. */
#include "thimble_reduce_min_s8.h"

void thimble_reduce_min_s8(const thimble_reduce_min_s8_params *p, const int8_t *input, int8_t *output)
{
    for (uint32_t o = 0; o < p->outer; o++) {
        for (uint32_t i = 0; i < p->inner; i++) {
            const int8_t *x = input + o * p->count * p->inner + i;
            int8_t result = *x;
            for (uint32_t n = 0; n < p->count; n++, x += p->inner) {
                result = *x < result ? *x : result;
            }
            *output++ = result;
        }
    }
}
