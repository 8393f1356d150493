/* Portable reference of the ELU. */
#include "thimble_elu_f32.h"
#include "thimble_math.h"

void thimble_elu_f32(const thimble_elu_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = x < 0.0f ? p->alpha * (thimble_math_exp(x) - 1.0f) : x;
    }
}
