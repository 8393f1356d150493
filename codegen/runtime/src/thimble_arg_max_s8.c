/* Portable reference of the place of the largest int8 number. */
#include "thimble_arg_max_s8.h"

static int32_t place_of(const thimble_arg_max_s8_params *p, const int8_t *x)
{
    int32_t best = *x, place = 0;
    for (uint32_t n = 1; n < p->count; n++) {
        x += p->inner;
        const int better = p->smallest ? *x < best : *x > best;
        if (better || (p->last && *x == best)) {
            best = *x;
            place = (int32_t)n;
        }
    }
    return place;
}

void thimble_arg_max_s8(const thimble_arg_max_s8_params *p, const int8_t *input, void *output)
{
    uint32_t to = 0;
    for (uint32_t o = 0; o < p->outer; o++) {
        for (uint32_t i = 0; i < p->inner; i++, to++) {
            const int32_t place = place_of(p, input + o * p->count * p->inner + i);
            if (p->wide) {
                ((int64_t *)output)[to] = place;
            } else {
                ((int32_t *)output)[to] = place;
            }
        }
    }
}
