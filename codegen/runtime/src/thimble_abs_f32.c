/* Portable reference of the absolute value. */
#include "thimble_abs_f32.h"

void thimble_abs_f32(const thimble_abs_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x < 0.0f ? -x : x;
    }
}
