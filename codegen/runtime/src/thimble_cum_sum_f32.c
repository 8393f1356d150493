/* Portable reference of the running sum. */
#include "thimble_cum_sum_f32.h"

void thimble_cum_sum_f32(const thimble_cum_sum_f32_params *p, const float *input, float *output)
{
    for (uint32_t o = 0; o < p->outer; o++) {
        for (uint32_t i = 0; i < p->inner; i++) {
            float sum = 0.0f;
            for (uint32_t n = 0; n < p->count; n++) {
                const uint32_t along = p->reverse ? p->count - 1u - n : n;
                const uint32_t place = (o * p->count + along) * p->inner + i;
                const float x = input[place];
                output[place] = p->exclusive ? sum : sum + x;
                sum += x;
            }
        }
    }
}
