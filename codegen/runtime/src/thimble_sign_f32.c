/* Portable reference of the sign. */
#include "thimble_sign_f32.h"

void thimble_sign_f32(const thimble_sign_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x != x || x == 0.0f ? x : x < 0.0f ? -1.0f : 1.0f;
    }
}
