/* Portable reference of the SiLU. */
#include "thimble_silu_f32.h"
#include "thimble_math.h"

void thimble_silu_f32(const thimble_silu_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x / (1.0f + thimble_math_exp(-x));
    }
}
