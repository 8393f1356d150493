/* Portable reference of the square root. */
#include "thimble_sqrt_f32.h"
#include "thimble_math.h"

void thimble_sqrt_f32(const thimble_sqrt_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        const float x = input[i];
        output[i] = thimble_math_sqrt(x);
    }
}
