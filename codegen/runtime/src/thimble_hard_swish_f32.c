/* Portable reference of the hard swish. */
#include "thimble_hard_swish_f32.h"
#include "thimble_math.h"

void thimble_hard_swish_f32(const thimble_hard_swish_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x * thimble_clamp_f32(x + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f);
    }
}
