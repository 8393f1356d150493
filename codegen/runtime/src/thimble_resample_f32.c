/* Portable reference of resampling. */
#include "thimble_resample_f32.h"

void thimble_resample_f32(const thimble_resample_f32_params *p, const float *input, float *output)
{
    for (uint32_t o = 0; o < p->outer; o++) {
        const float *block = input + o * p->count * p->inner;
        for (uint32_t t = 0; t < p->taken; t++) {
            const float *from = block + (uint32_t)p->first[t] * p->inner;
            const float *weights = p->weights + t * p->taps;
            for (uint32_t i = 0; i < p->inner; i++) {
                float sum = 0.0f;
                for (uint32_t n = 0; n < p->taps; n++) {
                    sum += weights[n] * from[n * p->inner + i];
                }
                *output++ = sum;
            }
        }
    }
}
