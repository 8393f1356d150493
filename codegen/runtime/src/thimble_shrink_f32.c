/* Portable reference of the shrinking. */
#include "thimble_shrink_f32.h"

void thimble_shrink_f32(const thimble_shrink_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x < -p->lambd ? x + p->bias : x > p->lambd ? x - p->bias : 0.0f;
    }
}
