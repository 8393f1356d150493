/* Portable reference of the GELU. */
#include "thimble_gelu_f32.h"
#include "thimble_math.h"

void thimble_gelu_f32(const thimble_gelu_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = 0.5f * x * (1.0f + thimble_math_erf(x * 0.707106781f));
    }
}
