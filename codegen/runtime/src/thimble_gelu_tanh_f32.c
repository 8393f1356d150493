/* Portable reference of the approximate GELU. */
#include "thimble_gelu_tanh_f32.h"
#include "thimble_math.h"

void thimble_gelu_tanh_f32(const thimble_gelu_tanh_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = 0.5f * x * (1.0f + thimble_math_tanh(0.797884561f * (x + 0.044715f * x * x * x)));
    }
}
