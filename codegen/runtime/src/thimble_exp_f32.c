/* Portable reference of the exponential. */
#include "thimble_exp_f32.h"
#include "thimble_math.h"

void thimble_exp_f32(const thimble_exp_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = thimble_math_exp(x);
    }
}
