/* Portable reference of the inverse square root. */
#include "thimble_rsqrt_f32.h"
#include "thimble_math.h"

void thimble_rsqrt_f32(const thimble_rsqrt_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = 1.0f / thimble_math_sqrt(input[i]);
    }
}
