/* Portable reference of the inverse hyperbolic cosine. */
#include "thimble_acosh_f32.h"
#include "thimble_hyperbolic.h"

void thimble_acosh_f32(const thimble_acosh_f32_params *p, const float *input, float *output)
{
    for (uint32_t i = 0; i < p->elements; i++) {
        output[i] = thimble_math_acosh(input[i]);
    }
}
